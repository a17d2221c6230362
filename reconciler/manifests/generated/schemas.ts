/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
export const schemas = {
  datasource: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/datasource.schema.json",
    "title": "DataSourceManifest",
    "description": "A table of rows: files of the repository, or a query of a Postgres database.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "DataSource"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenDataSourceSpec",
        "description": "The source. Exactly one of file and postgres.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "columns"
        ],
        "properties": {
          "file": {
            "description": "Path of a .parquet or .csv file from the root of the reconciled path. Globs name several files: * any letters, ** any folders, ? one letter, [ab] one of them.",
            "type": "string",
            "minLength": 1,
            "maxLength": 1024
          },
          "partitions": {
            "description": "Columns that the names of folders hold (day=2013-01-01/), as Hive writes them; each is also one of columns. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 16,
            "default": [],
            "items": {
              "$ref": "#/$defs/columnName",
              "description": "Name of a column."
            }
          },
          "postgres": {
            "title": "WrittenPostgres",
            "description": "Rows that a query of a Postgres database gives.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "query",
              "connection"
            ],
            "properties": {
              "query": {
                "description": "One SELECT. Its result has the columns.",
                "type": "string",
                "minLength": 1,
                "maxLength": 65536
              },
              "connection": {
                "title": "WrittenConnection",
                "description": "Where the database is.",
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "secretRef"
                ],
                "properties": {
                  "secretRef": {
                    "title": "WrittenSecretRef",
                    "description": "Where the connection URL is. Exactly one of env and file.",
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "env": {
                        "description": "Name of an environment variable.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 256
                      },
                      "file": {
                        "description": "Path of a file that holds nothing else.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 4096
                      }
                    },
                    "oneOf": [
                      {
                        "required": [
                          "env"
                        ]
                      },
                      {
                        "required": [
                          "file"
                        ]
                      }
                    ]
                  }
                }
              }
            }
          },
          "eventTime": {
            "$ref": "#/$defs/columnName",
            "description": "Column with the time at which a row became true. A row without one is dropped and counted. Default: none, then rows are static: true at any time."
          },
          "createdTime": {
            "$ref": "#/$defs/columnName",
            "description": "Column with the time from which on a row could be read. Default: none, then a row could be read as soon as it happened."
          },
          "timeZone": {
            "description": "IANA name of the zone of times that are written without one, for example America/New_York. Default: none, then times in a .csv carry an offset, and others are UTC.",
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "rowKey": {
            "description": "Columns that identify a row over its restatements: of rows that share them, the one that was created last counts. Needs createdTime. Default: none, no row is restated.",
            "type": "array",
            "uniqueItems": true,
            "minItems": 1,
            "maxItems": 16,
            "items": {
              "$ref": "#/$defs/columnName",
              "description": "Name of a column."
            }
          },
          "columns": {
            "description": "The columns that may be used. Others are not read.",
            "type": "array",
            "minItems": 1,
            "maxItems": 2000,
            "items": {
              "title": "WrittenColumn",
              "description": "One column.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name",
                "dtype"
              ],
              "properties": {
                "name": {
                  "$ref": "#/$defs/columnName",
                  "description": "Name of the column."
                },
                "dtype": {
                  "description": "Type of the values.",
                  "type": "string",
                  "enum": [
                    "bool",
                    "int32",
                    "int64",
                    "float32",
                    "float64",
                    "string",
                    "timestamp"
                  ]
                },
                "unit": {
                  "description": "Unit of the values, for example mph. Default: none.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 64
                },
                "description": {
                  "description": "What it means, for people. Default: none.",
                  "type": "string",
                  "maxLength": 4096
                }
              }
            }
          },
          "expectations": {
            "description": "What must hold for the rows: names and arguments of Great Expectations, one expectation an entry. Default: none.",
            "type": "array",
            "maxItems": 1000,
            "default": [],
            "items": {
              "$ref": "#/$defs/expectation"
            }
          },
          "freshness": {
            "title": "WrittenFreshness",
            "description": "How old the newest row may be, by event time on the data clock. Default: of any age.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "maxAge"
            ],
            "properties": {
              "maxAge": {
                "$ref": "#/$defs/duration",
                "description": "Age of the newest row at which the source counts as late."
              },
              "severity": {
                "$ref": "#/$defs/severity",
                "description": "How bad a late source is. Default: critical."
              }
            }
          },
          "volume": {
            "title": "WrittenVolume",
            "description": "How many rows a stretch of time must have, by event time on the data clock. At least one of minRows and maxRows. Default: any number.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "window"
            ],
            "properties": {
              "window": {
                "$ref": "#/$defs/duration",
                "description": "Length of the stretch that ends at the data clock."
              },
              "minRows": {
                "description": "Fewest rows in it. Default: none.",
                "type": "integer",
                "minimum": 0,
                "maximum": 9007199254740991
              },
              "maxRows": {
                "description": "Most rows in it. Default: none.",
                "type": "integer",
                "minimum": 0,
                "maximum": 9007199254740991
              },
              "severity": {
                "$ref": "#/$defs/severity",
                "description": "How bad another number of rows is. Default: critical."
              }
            }
          }
        },
        "oneOf": [
          {
            "required": [
              "file"
            ]
          },
          {
            "required": [
              "postgres"
            ]
          }
        ]
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/underscoreName",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "underscoreName": {
        "title": "Name",
        "description": "Lower-case letters, digits, dashes and underscores, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
      },
      "columnName": {
        "title": "ColumnName",
        "description": "Name of a column: 1 to 256 characters without control characters; does not begin with two underscores.",
        "type": "string",
        "maxLength": 256,
        "pattern": "^(?!__)[^\\u0000-\\u001f\\u007f]+$"
      },
      "duration": {
        "title": "Duration",
        "description": "A whole number and a unit: 50ms, 90s, 15m, 3h, 7d.",
        "type": "string",
        "pattern": "^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$",
        "examples": [
          "50ms",
          "90s",
          "15m",
          "3h",
          "7d"
        ]
      },
      "severity": {
        "title": "Severity",
        "description": "How bad it is: critical, warning or info. Default: critical.",
        "type": "string",
        "enum": [
          "critical",
          "warning",
          "info"
        ],
        "default": "critical"
      },
      "expectation": {
        "title": "WrittenExpectation",
        "description": "One expectation: its name, and its arguments.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {
          "description": "Arguments of the expectation.",
          "type": "object"
        }
      }
    }
  },
  entity: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/entity.schema.json",
    "title": "EntityManifest",
    "description": "What features describe: an airport, an account.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "Entity"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenEntitySpec",
        "description": "The entity.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "keys"
        ],
        "properties": {
          "keys": {
            "description": "The keys that identify one together, in order.",
            "type": "array",
            "minItems": 1,
            "maxItems": 16,
            "items": {
              "title": "WrittenEntityKey",
              "description": "One key.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name",
                "dtype"
              ],
              "properties": {
                "name": {
                  "$ref": "#/$defs/identifier",
                  "description": "Name of the key: what requests call it."
                },
                "dtype": {
                  "description": "Type of the values. Floats identify nothing.",
                  "type": "string",
                  "enum": [
                    "bool",
                    "int32",
                    "int64",
                    "string",
                    "timestamp"
                  ]
                }
              }
            }
          }
        }
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/underscoreName",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "underscoreName": {
        "title": "Name",
        "description": "Lower-case letters, digits, dashes and underscores, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
      },
      "identifier": {
        "title": "Identifier",
        "description": "Letters, digits and underscores, 1 to 127 characters; begins with a letter.",
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9_]{0,126}$"
      }
    }
  },
  fairnesspolicy: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/fairnesspolicy.schema.json",
    "title": "FairnessPolicyManifest",
    "description": "What must hold between groups of people or things.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "FairnessPolicy"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenFairnessPolicySpec",
        "description": "The policy.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "attributes",
          "rules"
        ],
        "properties": {
          "attributes": {
            "description": "Columns of the label source whose values make the groups. They travel beside the training set; the trainer never gets them.",
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "uniqueItems": true,
            "items": {
              "$ref": "#/$defs/columnName",
              "description": "Name of a column."
            }
          },
          "intersections": {
            "description": "Attributes whose groups are also looked at together. Default: none.",
            "type": "array",
            "maxItems": 20,
            "uniqueItems": true,
            "default": [],
            "items": {
              "description": "Two or more attributes.",
              "type": "array",
              "minItems": 2,
              "maxItems": 4,
              "uniqueItems": true,
              "items": {
                "$ref": "#/$defs/columnName",
                "description": "Name of an attribute."
              }
            }
          },
          "enforcement": {
            "description": "What a version does that is not passed: block, it may not be merged or rolled out; warn, it is told; measure, only the numbers are. Default: block.",
            "type": "string",
            "enum": [
              "block",
              "warn",
              "measure"
            ],
            "default": "block"
          },
          "rules": {
            "description": "The rules, each judged by itself.",
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
              "title": "WrittenFairnessRule",
              "description": "What every group must satisfy.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "metric"
              ],
              "properties": {
                "name": {
                  "description": "What verdicts and waivers call it, unique here. Default: made of what the rule says, for example roc_auc at least, or log_loss no worse than production.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 200
                },
                "metric": {
                  "description": "Name of a metric, as in scikit-learn or Fairlearn.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 100
                },
                "atLeast": {
                  "description": "The value is at least this. Default: none.",
                  "type": "number"
                },
                "atMost": {
                  "description": "The value is at most this. Default: none.",
                  "type": "number"
                },
                "noWorseThan": {
                  "description": "The value is worse than that of production, or of baseline, by less than the margin. Default: none.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 100
                },
                "betterThan": {
                  "description": "The value is better than that of production, or of baseline, by more than the margin. Default: none.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 100
                },
                "ratioAtLeast": {
                  "description": "The least group's value is at least this share of the greatest's, 0 to 1. Default: none.",
                  "type": "number",
                  "minimum": 0,
                  "maximum": 1
                },
                "differenceAtMost": {
                  "description": "The greatest group's value minus the least's is at most this. Default: none.",
                  "type": "number",
                  "minimum": 0
                },
                "margin": {
                  "description": "Of noWorseThan and betterThan, in the unit of the metric. Default: 0.",
                  "type": "number",
                  "minimum": 0
                },
                "by": {
                  "description": "Attributes whose groups are judged, in place of all attributes and intersections. Default: all.",
                  "anyOf": [
                    {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256
                    },
                    {
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 4,
                      "uniqueItems": true,
                      "items": {
                        "$ref": "#/$defs/columnName",
                        "description": "Name of a column."
                      }
                    }
                  ]
                },
                "minGroup": {
                  "description": "Rows that a group needs to be judged. Default: none, any number is enough.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 9007199254740991
                },
                "judge": {
                  "description": "interval: the whole interval must satisfy the bound; point: the estimate alone. Default: interval.",
                  "type": "string",
                  "enum": [
                    "interval",
                    "point"
                  ]
                },
                "severity": {
                  "description": "warn: it is told when the rule is not passed, and nothing is blocked. Default: critical.",
                  "type": "string",
                  "enum": [
                    "critical",
                    "warn"
                  ],
                  "default": "critical"
                },
                "onInconclusive": {
                  "description": "What a rule does that the rows cannot decide. Default: block.",
                  "type": "string",
                  "enum": [
                    "block",
                    "warn"
                  ],
                  "default": "block"
                }
              }
            }
          }
        }
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/name",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "name": {
        "title": "Name",
        "description": "Lower-case letters, digits and dashes, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      },
      "columnName": {
        "title": "ColumnName",
        "description": "Name of a column: 1 to 256 characters without control characters; does not begin with two underscores.",
        "type": "string",
        "maxLength": 256,
        "pattern": "^(?!__)[^\\u0000-\\u001f\\u007f]+$"
      }
    }
  },
  featureview: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/featureview.schema.json",
    "title": "FeatureViewManifest",
    "description": "Features of entities, computed from data sources.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "FeatureView"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenFeatureViewSpec",
        "description": "The view. Exactly one of source and sources; at least one feature or aggregation.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "entities"
        ],
        "properties": {
          "entities": {
            "description": "What the features describe. Their keys together identify a row of the view.",
            "type": "array",
            "minItems": 1,
            "maxItems": 16,
            "items": {
              "title": "WrittenViewEntity",
              "description": "One entity.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name"
              ],
              "properties": {
                "name": {
                  "$ref": "#/$defs/underscoreName",
                  "description": "Name of an Entity."
                },
                "columns": {
                  "description": "Column of the rows for each key, by name of the key. Default: the column named like the key.",
                  "type": "object",
                  "additionalProperties": {
                    "$ref": "#/$defs/columnName",
                    "description": "Name of a column."
                  }
                }
              }
            }
          },
          "source": {
            "$ref": "#/$defs/viewInput",
            "description": "Where the rows come from: the name of a DataSource, or { view: NAME } for the rows of another view. transform calls it {{ source }}."
          },
          "sources": {
            "description": "Several inputs, which transform calls by their names: {{ NAME }}.",
            "type": "array",
            "minItems": 2,
            "maxItems": 32,
            "items": {
              "$ref": "#/$defs/viewInput"
            }
          },
          "ttl": {
            "$ref": "#/$defs/duration",
            "description": "How old a value may be, both ends included. Default: any age."
          },
          "transform": {
            "description": "One SELECT in the dialect of DuckDB, which gives the rows of the view. Default: none, then the rows of the source as they are.",
            "type": "string",
            "minLength": 1,
            "maxLength": 65536
          },
          "eventTime": {
            "$ref": "#/$defs/columnName",
            "description": "Column of the rows with the time at which a row became true. Default: that of the only source; of several: none, then rows are static, as their sources must be."
          },
          "createdTime": {
            "$ref": "#/$defs/columnName",
            "description": "Column of the rows with the time from which on a row could be read. Default: that of the only source; of several: none."
          },
          "rowKey": {
            "description": "Columns of the rows that identify a row over its restatements. Default: those of the only source; of several: none.",
            "type": "array",
            "uniqueItems": true,
            "minItems": 1,
            "maxItems": 16,
            "items": {
              "$ref": "#/$defs/columnName",
              "description": "Name of a column."
            }
          },
          "features": {
            "description": "Columns of the rows that are features: the newest value counts. Default: none.",
            "type": "array",
            "maxItems": 2000,
            "default": [],
            "items": {
              "title": "WrittenViewFeature",
              "description": "One feature.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name",
                "dtype"
              ],
              "properties": {
                "name": {
                  "$ref": "#/$defs/identifier",
                  "description": "Name of the feature and of its column."
                },
                "dtype": {
                  "description": "Type of the values.",
                  "type": "string",
                  "enum": [
                    "bool",
                    "int32",
                    "int64",
                    "float32",
                    "float64",
                    "string",
                    "timestamp"
                  ]
                },
                "unit": {
                  "description": "Unit of the values, for example mph. Default: none.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 64
                },
                "description": {
                  "description": "What it means, for people. Default: none.",
                  "type": "string",
                  "maxLength": 4096
                }
              }
            }
          },
          "aggregations": {
            "description": "Features over sliding windows. Default: none.",
            "type": "array",
            "maxItems": 2000,
            "default": [],
            "items": {
              "title": "WrittenAggregation",
              "description": "One feature over a window.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name",
                "function",
                "window"
              ],
              "properties": {
                "name": {
                  "$ref": "#/$defs/identifier",
                  "description": "Name of the feature."
                },
                "function": {
                  "description": "What is computed of the rows in the window. Nulls are left out.",
                  "type": "string",
                  "enum": [
                    "count",
                    "sum",
                    "mean",
                    "min",
                    "max",
                    "stddev",
                    "first",
                    "last",
                    "count_distinct",
                    "quantile"
                  ]
                },
                "column": {
                  "$ref": "#/$defs/columnName",
                  "description": "Column of the rows. Default: none, only for count: rows are counted, whatever they hold."
                },
                "window": {
                  "$ref": "#/$defs/duration",
                  "description": "Length of the window. For time t it holds the rows after t - window, up to t."
                },
                "where": {
                  "description": "A condition in SQL over the view's rows: only rows that meet it count. Default: none, every row.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 4096
                },
                "quantile": {
                  "description": "Which quantile, 0 to 1; only for the function quantile, which needs it. Default: none.",
                  "type": "number",
                  "minimum": 0,
                  "maximum": 1
                },
                "dtype": {
                  "description": "Type of the values. Default: int64 for count, count_distinct and a sum of whole numbers; float64 for mean, stddev, quantile and other sums; that of the column for the others.",
                  "type": "string",
                  "enum": [
                    "bool",
                    "int32",
                    "int64",
                    "float32",
                    "float64",
                    "string",
                    "timestamp"
                  ]
                },
                "unit": {
                  "description": "Unit of the values, for example mph. Default: none.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 64
                },
                "description": {
                  "description": "What it means, for people. Default: none.",
                  "type": "string",
                  "maxLength": 4096
                }
              }
            }
          },
          "expectations": {
            "description": "What must hold for the view's rows: names and arguments of Great Expectations, one expectation an entry. Default: none.",
            "type": "array",
            "maxItems": 1000,
            "default": [],
            "items": {
              "$ref": "#/$defs/expectation"
            }
          },
          "tests": {
            "description": "Unit tests: rows in, values out. Default: none.",
            "type": "array",
            "maxItems": 1000,
            "default": [],
            "items": {
              "title": "WrittenViewTest",
              "description": "One unit test.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name",
                "given",
                "expect"
              ],
              "properties": {
                "name": {
                  "description": "What is tested, in words.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 256
                },
                "given": {
                  "description": "Rows of the source; with several sources the rows of each by its name.",
                  "anyOf": [
                    {
                      "description": "Rows of the only source.",
                      "type": "array",
                      "maxItems": 10000,
                      "items": {
                        "description": "One row: a value by column.",
                        "type": "object",
                        "additionalProperties": {
                          "$ref": "#/$defs/cell"
                        }
                      }
                    },
                    {
                      "description": "Rows of each source, by its name.",
                      "type": "object",
                      "additionalProperties": {
                        "description": "Rows of one source.",
                        "type": "array",
                        "maxItems": 10000,
                        "items": {
                          "description": "One row: a value by column.",
                          "type": "object",
                          "additionalProperties": {
                            "$ref": "#/$defs/cell"
                          }
                        }
                      }
                    }
                  ]
                },
                "expect": {
                  "description": "Rows of keys, `at` (the time that is asked about; not for static rows) and the values that must come out.",
                  "type": "array",
                  "maxItems": 10000,
                  "items": {
                    "description": "One row: a value by column.",
                    "type": "object",
                    "additionalProperties": {
                      "$ref": "#/$defs/cell"
                    }
                  },
                  "minItems": 1
                }
              }
            }
          },
          "online": {
            "title": "WrittenOnline",
            "description": "How values reach serving, which training imitates. Exactly one of refresh and freshness. Default: offline only.",
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "refresh": {
                "$ref": "#/$defs/duration",
                "description": "Values are computed anew at multiples of this time; training sees the value of the last one. Default: none, values are pushed."
              },
              "lag": {
                "$ref": "#/$defs/duration",
                "description": "Time allowed for computing: a value counts from then on. Default: 0s.",
                "default": "0s"
              },
              "freshness": {
                "description": "exact: values are pushed, and known at once. Default: none, values are computed.",
                "type": "string",
                "enum": [
                  "exact"
                ]
              }
            },
            "oneOf": [
              {
                "required": [
                  "refresh"
                ]
              },
              {
                "required": [
                  "freshness"
                ]
              }
            ]
          }
        },
        "oneOf": [
          {
            "required": [
              "source"
            ]
          },
          {
            "required": [
              "sources"
            ]
          }
        ]
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/underscoreName",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "underscoreName": {
        "title": "Name",
        "description": "Lower-case letters, digits, dashes and underscores, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
      },
      "identifier": {
        "title": "Identifier",
        "description": "Letters, digits and underscores, 1 to 127 characters; begins with a letter.",
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9_]{0,126}$"
      },
      "columnName": {
        "title": "ColumnName",
        "description": "Name of a column: 1 to 256 characters without control characters; does not begin with two underscores.",
        "type": "string",
        "maxLength": 256,
        "pattern": "^(?!__)[^\\u0000-\\u001f\\u007f]+$"
      },
      "duration": {
        "title": "Duration",
        "description": "A whole number and a unit: 50ms, 90s, 15m, 3h, 7d.",
        "type": "string",
        "pattern": "^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$",
        "examples": [
          "50ms",
          "90s",
          "15m",
          "3h",
          "7d"
        ]
      },
      "expectation": {
        "title": "WrittenExpectation",
        "description": "One expectation: its name, and its arguments.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {
          "description": "Arguments of the expectation.",
          "type": "object"
        }
      },
      "viewInput": {
        "description": "Where rows come from: the name of a DataSource, or { view: NAME } for the rows of another view.",
        "anyOf": [
          {
            "type": "string",
            "pattern": "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
          },
          {
            "title": "WrittenViewReference",
            "description": "Another view.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "view"
            ],
            "properties": {
              "view": {
                "$ref": "#/$defs/underscoreName",
                "description": "Name of a FeatureView."
              }
            }
          }
        ]
      },
      "cell": {
        "description": "A value: a text, a number, true, false, or null for a missing value. Times are texts: 2013-01-01T05:00:00Z.",
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "number"
          },
          {
            "type": "boolean"
          },
          {
            "type": "null"
          }
        ]
      }
    }
  },
  gate: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/gate.schema.json",
    "title": "GateManifest",
    "description": "What a model version must satisfy to be merged and rolled out.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "Gate"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenGateSpec",
        "description": "The gate.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "rules"
        ],
        "properties": {
          "enforcement": {
            "description": "What a version does that is not passed: block, it may not be merged or rolled out; warn, it is told; measure, only the numbers are. Default: block.",
            "type": "string",
            "enum": [
              "block",
              "warn",
              "measure"
            ],
            "default": "block"
          },
          "rules": {
            "description": "The rules, each judged by itself.",
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
              "title": "WrittenRule",
              "description": "What a version must satisfy: exactly one of metric, tests, expectations, dataChecks and cel.",
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "name": {
                  "description": "What verdicts and waivers call it, unique here. Default: made of what the rule says, for example roc_auc at least, or log_loss no worse than production.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 200
                },
                "metric": {
                  "description": "Name of a metric, as in scikit-learn or Fairlearn. Default: none, the rule is of another sort.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 100
                },
                "atLeast": {
                  "description": "The value is at least this. Default: none.",
                  "type": "number"
                },
                "atMost": {
                  "description": "The value is at most this. Default: none.",
                  "type": "number"
                },
                "noWorseThan": {
                  "description": "The value is worse than that of production, or of baseline, by less than the margin. Default: none.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 100
                },
                "betterThan": {
                  "description": "The value is better than that of production, or of baseline, by more than the margin. Default: none.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 100
                },
                "ratioAtLeast": {
                  "description": "The least group's value is at least this share of the greatest's, 0 to 1. Default: none.",
                  "type": "number",
                  "minimum": 0,
                  "maximum": 1
                },
                "differenceAtMost": {
                  "description": "The greatest group's value minus the least's is at most this. Default: none.",
                  "type": "number",
                  "minimum": 0
                },
                "margin": {
                  "description": "Of noWorseThan and betterThan, in the unit of the metric. Default: 0.",
                  "type": "number",
                  "minimum": 0
                },
                "by": {
                  "description": "Columns of the label source whose groups are judged: one, or a list. Default: none, all rows together.",
                  "anyOf": [
                    {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256
                    },
                    {
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 4,
                      "uniqueItems": true,
                      "items": {
                        "$ref": "#/$defs/columnName",
                        "description": "Name of a column."
                      }
                    }
                  ]
                },
                "minGroup": {
                  "description": "Rows that a group needs to be judged. Default: none, any number is enough.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 9007199254740991
                },
                "judge": {
                  "description": "interval: the whole interval must satisfy the bound; point: the estimate alone. Default: interval.",
                  "type": "string",
                  "enum": [
                    "interval",
                    "point"
                  ]
                },
                "tests": {
                  "description": "Behaviour tests of the model that must pass: all, or a list of names. Default: none, the rule is of another sort.",
                  "anyOf": [
                    {
                      "type": "string",
                      "enum": [
                        "all"
                      ]
                    },
                    {
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 100,
                      "uniqueItems": true,
                      "items": {
                        "description": "Name of one.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 300
                      }
                    }
                  ]
                },
                "expectations": {
                  "description": "Expectations of the training set's sources and views that must be met: all, or a list of names. Default: none, the rule is of another sort.",
                  "anyOf": [
                    {
                      "type": "string",
                      "enum": [
                        "all"
                      ]
                    },
                    {
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 100,
                      "uniqueItems": true,
                      "items": {
                        "description": "Name of one.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 300
                      }
                    }
                  ]
                },
                "dataChecks": {
                  "description": "Checks of the training set that must pass: all, or a list of names. Default: none, the rule is of another sort.",
                  "anyOf": [
                    {
                      "type": "string",
                      "enum": [
                        "all"
                      ]
                    },
                    {
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 100,
                      "uniqueItems": true,
                      "items": {
                        "description": "Name of one.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 300
                      }
                    }
                  ]
                },
                "cel": {
                  "description": "An expression in CEL over metrics, artifact, data, tests, expectations and dataChecks that must be true. Default: none, the rule is of another sort.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 4096
                },
                "severity": {
                  "description": "warn: it is told when the rule is not passed, and nothing is blocked. Default: critical.",
                  "type": "string",
                  "enum": [
                    "critical",
                    "warn"
                  ],
                  "default": "critical"
                },
                "onInconclusive": {
                  "description": "What a rule does that the rows cannot decide. Default: block.",
                  "type": "string",
                  "enum": [
                    "block",
                    "warn"
                  ],
                  "default": "block"
                }
              }
            }
          }
        }
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/name",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "name": {
        "title": "Name",
        "description": "Lower-case letters, digits and dashes, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      },
      "columnName": {
        "title": "ColumnName",
        "description": "Name of a column: 1 to 256 characters without control characters; does not begin with two underscores.",
        "type": "string",
        "maxLength": 256,
        "pattern": "^(?!__)[^\\u0000-\\u001f\\u007f]+$"
      }
    }
  },
  model: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/model.schema.json",
    "title": "ModelManifest",
    "description": "A model: its task, what the caller sends, and how it is served.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "Model"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenModelSpec",
        "description": "The model.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "task"
        ],
        "properties": {
          "task": {
            "description": "What the model predicts.",
            "type": "string",
            "enum": [
              "binary-classification",
              "multiclass-classification",
              "regression"
            ]
          },
          "riskTier": {
            "description": "How much harm a wrong prediction does; model cards and approvals read it. Default: medium.",
            "type": "string",
            "enum": [
              "low",
              "medium",
              "high"
            ],
            "default": "medium"
          },
          "features": {
            "description": "Features of views that the model takes, one view an entry. Default: none.",
            "type": "array",
            "maxItems": 200,
            "default": [],
            "items": {
              "title": "WrittenModelFeature",
              "description": "Features of one view, for one role of its entities.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "view",
                "take"
              ],
              "properties": {
                "view": {
                  "$ref": "#/$defs/underscoreName",
                  "description": "Name of a FeatureView."
                },
                "join": {
                  "description": "Column of the label source for each key of the view's entities, by name of the key. Default: the column named like the key.",
                  "type": "object",
                  "additionalProperties": {
                    "$ref": "#/$defs/columnName",
                    "description": "Name of a column."
                  }
                },
                "as": {
                  "$ref": "#/$defs/identifier",
                  "description": "Role of the entity: features are then named AS__FEATURE. Default: none, features keep their names."
                },
                "take": {
                  "description": "Names of features and aggregations of the view, in order.",
                  "type": "array",
                  "uniqueItems": true,
                  "minItems": 1,
                  "maxItems": 2000,
                  "items": {
                    "$ref": "#/$defs/identifier",
                    "description": "Name of a feature or aggregation."
                  }
                }
              }
            }
          },
          "requestFeatures": {
            "description": "The features that the caller sends with every row. Default: none.",
            "type": "array",
            "items": {
              "$ref": "#/$defs/requestFeature"
            },
            "default": []
          },
          "onDemand": {
            "description": "Features that are computed for each row of what is sent and joined; as inputs they come after the request features. Default: none.",
            "type": "array",
            "maxItems": 200,
            "items": {
              "$ref": "#/$defs/onDemandFeature"
            },
            "default": []
          },
          "onDemandOnly": {
            "description": "Names of request features, and of features of views, that on-demand features read and the model itself does not take; it takes all others. Default: none.",
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/$defs/featureName",
              "description": "Name of a request feature or of a feature of a view, as the model knows it."
            },
            "default": []
          },
          "label": {
            "title": "WrittenLabel",
            "description": "What is predicted, and the rows to learn from: one row of a training set for each row of the source.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "source",
              "column",
              "predictAt"
            ],
            "properties": {
              "source": {
                "$ref": "#/$defs/underscoreName",
                "description": "Name of a DataSource."
              },
              "column": {
                "$ref": "#/$defs/columnName",
                "description": "Column that is predicted."
              },
              "predictAt": {
                "$ref": "#/$defs/columnName",
                "description": "Column with the time of the prediction: features are as they were known then."
              },
              "knownAt": {
                "$ref": "#/$defs/columnName",
                "description": "Column with the time at which the label was known. Rows whose label was not known in time for their part are left out. Default: none, a label is known at once."
              }
            }
          },
          "training": {
            "title": "WrittenTraining",
            "description": "How the model is trained.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "data"
            ],
            "properties": {
              "command": {
                "description": "Program that trains, and its arguments: run in a copy of the trainer's files. python3 is that of the environment made from requirements. Default: none, versions are imported.",
                "type": "array",
                "minItems": 1,
                "maxItems": 200,
                "items": {
                  "description": "Program or argument.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 4096
                }
              },
              "files": {
                "description": "Patterns of the trainer's files, from the folder of the Project: a change of one trains again. Default: all files of the folder of the first argument that is a file.",
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {
                  "description": "A pattern, for example training/**.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 1024
                }
              },
              "requirements": {
                "description": "File with the Python packages of the trainer, for pip, from the folder of the Project. Default: requirements.txt beside the first argument that is a file, if there is one.",
                "type": "string",
                "minLength": 1,
                "maxLength": 1024
              },
              "params": {
                "description": "Parameters, handed to the trainer as a JSON file. Default: none.",
                "type": "object",
                "maxProperties": 1000,
                "additionalProperties": true,
                "default": {}
              },
              "seed": {
                "description": "Seed of everything that is drawn. Default: 7.",
                "type": "integer",
                "minimum": 0,
                "maximum": 4294967295,
                "default": 7
              },
              "data": {
                "title": "WrittenTrainingData",
                "description": "Which rows are used for what, by time.",
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "until"
                ],
                "properties": {
                  "from": {
                    "$ref": "#/$defs/time",
                    "description": "First time that counts. Default: none, the oldest row."
                  },
                  "until": {
                    "$ref": "#/$defs/time",
                    "description": "First time that no longer counts."
                  },
                  "splitBy": {
                    "$ref": "#/$defs/columnName",
                    "description": "Column with the time that says to which part a row belongs. Default: that of predictAt."
                  },
                  "validation": {
                    "$ref": "#/$defs/duration",
                    "description": "Length of the validation part, which ends where the test part begins; 0s: no such part. Default: 0s.",
                    "default": "0s"
                  },
                  "test": {
                    "$ref": "#/$defs/duration",
                    "description": "Length of the test part, which ends at until; 0s: no such part. Default: 0s.",
                    "default": "0s"
                  }
                }
              },
              "weights": {
                "$ref": "#/$defs/columnName",
                "description": "Column of the label source with the weight of each row: a finite number of at least 0. It travels beside the training set. Default: none, every row counts the same."
              },
              "test": {
                "description": "Program that tests the trainer's own code, and its arguments; run in the same environment before training. Default: none.",
                "type": "array",
                "minItems": 1,
                "maxItems": 200,
                "items": {
                  "description": "Program or argument.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 4096
                },
                "examples": [
                  [
                    "pytest",
                    "-q"
                  ]
                ]
              },
              "timeout": {
                "$ref": "#/$defs/duration",
                "description": "How long the trainer may run. Default: 30m.",
                "default": "30m"
              },
              "memory": {
                "$ref": "#/$defs/size",
                "description": "Resident memory that the trainer and all of its children may take together. Default: 4Gi.",
                "default": "4Gi"
              },
              "disk": {
                "$ref": "#/$defs/size",
                "description": "What the trainer may write, in bytes on disk. Default: 10Gi.",
                "default": "10Gi"
              },
              "promotion": {
                "description": "same-pull-request: a new version is written into the rollout, too; separate: the rollout's line is another pull request. Default: same-pull-request.",
                "type": "string",
                "enum": [
                  "same-pull-request",
                  "separate"
                ],
                "default": "same-pull-request"
              }
            }
          },
          "evaluation": {
            "title": "WrittenEvaluation",
            "description": "How the model is judged on the test part.",
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "metrics": {
                "description": "Metrics that are measured of all rows and every slice, each with an interval. Default: roc_auc, log_loss, brier and ece of a binary classification; accuracy, f1_macro, log_loss and brier of several classes; mean_absolute_error, root_mean_squared_error and r2 of a regression.",
                "type": "array",
                "uniqueItems": true,
                "minItems": 1,
                "maxItems": 50,
                "items": {
                  "description": "Name of a metric, as in scikit-learn or Fairlearn.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 100
                }
              },
              "positiveClass": {
                "description": "The value of the label that is predicted: the score is its probability. Only for binary-classification. Default: 1, or true.",
                "anyOf": [
                  {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 256
                  },
                  {
                    "type": "number"
                  },
                  {
                    "type": "boolean"
                  }
                ]
              },
              "resampleBy": {
                "$ref": "#/$defs/columnName",
                "description": "What is drawn for intervals in place of single rows, since rows of one are alike: a column of the label source, or day: days (UTC) of splitBy. Default: none, rows are independent."
              },
              "slices": {
                "description": "Parts of the rows that are also looked at by themselves. Default: none.",
                "type": "array",
                "maxItems": 100,
                "default": [],
                "items": {
                  "title": "WrittenSlice",
                  "description": "Parts by the values of one column.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "by"
                  ],
                  "properties": {
                    "by": {
                      "$ref": "#/$defs/columnName",
                      "description": "Column of the label source."
                    },
                    "minGroup": {
                      "description": "Rows of the test part that a group needs to be judged by itself; the report of a training set names groups with fewer. Default: none, any number is enough.",
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 9007199254740991
                    }
                  }
                }
              }
            }
          },
          "gates": {
            "description": "Gates that a version must pass to be merged and rolled out. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 50,
            "default": [],
            "items": {
              "$ref": "#/$defs/name",
              "description": "Name of a Gate."
            }
          },
          "fairness": {
            "description": "Fairness policies that a version must pass, likewise. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 50,
            "default": [],
            "items": {
              "$ref": "#/$defs/name",
              "description": "Name of a FairnessPolicy."
            }
          },
          "tests": {
            "description": "Behaviour tests: what is expected of single predictions of every version. Default: none.",
            "type": "array",
            "maxItems": 200,
            "default": [],
            "items": {
              "title": "WrittenBehaviourTest",
              "description": "One test. Exactly one of golden, invariance, directional, range, missing, latency and size.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name"
              ],
              "properties": {
                "name": {
                  "description": "What is tested, in words.",
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 256
                },
                "golden": {
                  "title": "WrittenGoldenTest",
                  "description": "One row, and what is predicted for it. Exactly one of score, decision and label.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "row"
                  ],
                  "properties": {
                    "row": {
                      "description": "A value for every feature that is sent or read from a view, by the model's name of it; null: not known.",
                      "type": "object",
                      "additionalProperties": {
                        "$ref": "#/$defs/cell",
                        "description": "Value of one feature."
                      }
                    },
                    "score": {
                      "description": "The score that is expected: a probability, or the predicted value. Default: none.",
                      "type": "number"
                    },
                    "tolerance": {
                      "description": "How far the score may be from that. Only with score. Default: 0.01.",
                      "type": "number",
                      "minimum": 0,
                      "default": 0.01
                    },
                    "class": {
                      "description": "Of several classes the one whose probability is looked at. Only for multiclass-classification, and needed there. Default: none.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256
                    },
                    "decision": {
                      "description": "The decision that is expected. Only for binary-classification. Default: none.",
                      "type": "boolean"
                    },
                    "label": {
                      "description": "The most likely class. Only for multiclass-classification. Default: none.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256
                    }
                  }
                },
                "invariance": {
                  "title": "WrittenInvarianceTest",
                  "description": "Another value of one feature does not matter.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "feature",
                    "tolerance"
                  ],
                  "properties": {
                    "feature": {
                      "$ref": "#/$defs/featureName",
                      "description": "Feature that is changed, by the model's name of it: one that is sent, or read from a view. What on-demand features make of it changes with it."
                    },
                    "values": {
                      "description": "Values that are tried in its place, one by one. Default: for each row the value of another row.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 20,
                      "items": {
                        "$ref": "#/$defs/cell",
                        "description": "One value."
                      }
                    },
                    "tolerance": {
                      "description": "How far the score may move, up or down.",
                      "type": "number",
                      "minimum": 0
                    },
                    "rows": {
                      "description": "Rows of the test part that are tried, chosen by a seed. Default: 200.",
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 10000,
                      "default": 200
                    },
                    "mostly": {
                      "description": "Share of the rows that must pass, above 0 and at most 1. Default: 1.",
                      "type": "number",
                      "exclusiveMinimum": 0,
                      "maximum": 1,
                      "default": 1
                    }
                  }
                },
                "directional": {
                  "title": "WrittenDirectionalTest",
                  "description": "More or less of one feature moves the score in one direction. Exactly one of add, set and multiply.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "feature",
                    "score"
                  ],
                  "properties": {
                    "feature": {
                      "$ref": "#/$defs/featureName",
                      "description": "Feature that is changed, by the model's name of it: one that is sent, or read from a view. What on-demand features make of it changes with it."
                    },
                    "add": {
                      "description": "What is added to the value. Default: none.",
                      "type": "number"
                    },
                    "set": {
                      "$ref": "#/$defs/cell",
                      "description": "What is put in its place. Default: none."
                    },
                    "multiply": {
                      "description": "What the value is multiplied by. Default: none.",
                      "type": "number"
                    },
                    "score": {
                      "description": "Where the score goes: up, down, or not the other way.",
                      "type": "string",
                      "enum": [
                        "up",
                        "down",
                        "not-up",
                        "not-down"
                      ]
                    },
                    "tolerance": {
                      "description": "With up and down: by how much more than nothing it must go; with not-up and not-down: how far it may go the other way. Default: 0.",
                      "type": "number",
                      "minimum": 0,
                      "default": 0
                    },
                    "class": {
                      "description": "Of several classes the one whose probability is looked at. Only for multiclass-classification, and needed there. Default: none.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256
                    },
                    "rows": {
                      "description": "Rows of the test part that are tried, chosen by a seed. Default: 200.",
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 10000,
                      "default": 200
                    },
                    "mostly": {
                      "description": "Share of the rows that must pass, above 0 and at most 1. Default: 1.",
                      "type": "number",
                      "exclusiveMinimum": 0,
                      "maximum": 1,
                      "default": 1
                    }
                  }
                },
                "range": {
                  "title": "WrittenRangeTest",
                  "description": "Scores lie within bounds. At least one of min and max.",
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "min": {
                      "description": "The least score. Default: any.",
                      "type": "number"
                    },
                    "max": {
                      "description": "The greatest score. Default: any.",
                      "type": "number"
                    },
                    "class": {
                      "description": "Of several classes the one whose probability is looked at. Only for multiclass-classification, and needed there. Default: none.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256
                    },
                    "rows": {
                      "description": "Rows of the test part that are tried, chosen by a seed. Default: 200.",
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 10000,
                      "default": 200
                    },
                    "mostly": {
                      "description": "Share of the rows that must pass, above 0 and at most 1. Default: 1.",
                      "type": "number",
                      "exclusiveMinimum": 0,
                      "maximum": 1,
                      "default": 1
                    }
                  }
                },
                "missing": {
                  "title": "WrittenMissingTest",
                  "description": "Rows without a value.",
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "features": {
                      "description": "Features that are missing. Default: every feature that is sent or read from a view.",
                      "type": "array",
                      "uniqueItems": true,
                      "minItems": 1,
                      "maxItems": 1000,
                      "items": {
                        "$ref": "#/$defs/featureName",
                        "description": "Name of a feature."
                      }
                    },
                    "together": {
                      "description": "All of them are missing at once, else each by itself. Default: false.",
                      "type": "boolean",
                      "default": false
                    },
                    "expect": {
                      "description": "score: a finite score; rejected: the null policy refuses the row. Default: score.",
                      "type": "string",
                      "enum": [
                        "score",
                        "rejected"
                      ],
                      "default": "score"
                    },
                    "rows": {
                      "description": "Rows of the test part that are tried, chosen by a seed. Default: 200.",
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 10000,
                      "default": 200
                    }
                  }
                },
                "latency": {
                  "title": "WrittenLatencyTest",
                  "description": "How long a run of one row takes. At least one of p50 and p99.",
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "p50": {
                      "$ref": "#/$defs/duration",
                      "description": "What half of the runs take at most. Default: any time."
                    },
                    "p99": {
                      "$ref": "#/$defs/duration",
                      "description": "What 99 of 100 runs take at most. Default: any time."
                    },
                    "runs": {
                      "description": "Runs that are timed, after 20 that are not. Default: 500.",
                      "type": "integer",
                      "minimum": 100,
                      "maximum": 10000,
                      "default": 500
                    }
                  }
                },
                "size": {
                  "title": "WrittenSizeTest",
                  "description": "How large the model file is.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "atMost"
                  ],
                  "properties": {
                    "atMost": {
                      "$ref": "#/$defs/size",
                      "description": "Size of the file, at most."
                    }
                  }
                }
              }
            }
          },
          "nulls": {
            "$ref": "#/$defs/nulls",
            "description": "What happens to missing values. Default: { default: model }."
          },
          "serving": {
            "title": "Serving",
            "description": "How the model is served.",
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "budget": {
                "$ref": "#/$defs/duration",
                "description": "Time budget of one request. Slower answers are counted; a request that would wait for longer is refused with 503. Default: 50ms.",
                "default": "50ms"
              }
            }
          },
          "recording": {
            "title": "WrittenRecording",
            "description": "Which predictions are recorded, and what of them is not. A change makes no new release: it is taken over at once.",
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "percent": {
                "description": "Whole percent of the units whose predictions are recorded, 0 to 100; 0 records nothing. Default: 100.",
                "type": "integer",
                "minimum": 0,
                "maximum": 100,
                "default": 100
              },
              "drop": {
                "description": "What no record holds, for example personal data: names of features (of input tensors, where they have no named features), or unit for the unit. Default: none.",
                "type": "array",
                "maxItems": 10000,
                "items": {
                  "$ref": "#/$defs/featureName",
                  "description": "Name of a feature or input tensor, or unit."
                },
                "default": []
              }
            }
          },
          "decision": {
            "$ref": "#/$defs/decision",
            "description": "How a score becomes a decision. Only for binary-classification. Default: { threshold: 0.5 }."
          }
        }
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/name",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "name": {
        "title": "Name",
        "description": "Lower-case letters, digits and dashes, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      },
      "requestFeature": {
        "title": "RequestFeature",
        "description": "A feature that the caller sends with every row.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name",
          "dtype"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/featureName",
            "description": "Name of the feature: the key in a row."
          },
          "dtype": {
            "description": "Type of the values.",
            "type": "string",
            "enum": [
              "bool",
              "int32",
              "int64",
              "float32",
              "float64",
              "string",
              "timestamp"
            ]
          },
          "unit": {
            "description": "Unit of the values, for example mi. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "description": {
            "description": "What the feature means, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          }
        }
      },
      "onDemandFeature": {
        "title": "OnDemandFeature",
        "description": "A feature that is computed for each row when it is asked for, in training as in serving.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name",
          "dtype",
          "cel"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/identifier",
            "description": "Name of the feature; no other input of the model has it."
          },
          "dtype": {
            "description": "Type of the values.",
            "type": "string",
            "enum": [
              "bool",
              "int32",
              "int64",
              "float32",
              "float64",
              "string"
            ]
          },
          "cel": {
            "description": "An expression in CEL over request features, features of views, and on-demand features that stand before it, by the names that the model has for them.",
            "type": "string",
            "minLength": 1,
            "maxLength": 4096,
            "examples": [
              "wind_speed > 25.0"
            ]
          },
          "unit": {
            "description": "Unit of the values, for example mi. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "description": {
            "description": "What the feature means, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          }
        }
      },
      "featureName": {
        "title": "FeatureName",
        "description": "Name of a feature, as the caller sends it.",
        "type": "string",
        "minLength": 1,
        "maxLength": 256
      },
      "nulls": {
        "title": "NullPolicy",
        "description": "What happens to missing values. Default: { default: model }.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "default": {
            "$ref": "#/$defs/nullRule",
            "description": "Rule for every feature without its own. Default: model.",
            "default": "model"
          },
          "features": {
            "description": "Rules of single features, by name. Default: none.",
            "type": "object",
            "additionalProperties": {
              "$ref": "#/$defs/nullRule"
            }
          }
        }
      },
      "nullRule": {
        "title": "NullRule",
        "description": "What happens to a missing value: model (hand NaN to the model), reject (refuse the row), or a number to put in its place.",
        "anyOf": [
          {
            "type": "string",
            "enum": [
              "model",
              "reject"
            ]
          },
          {
            "type": "number"
          }
        ]
      },
      "decision": {
        "title": "Decision",
        "description": "How a score becomes a decision. Only for binary-classification. Default: { threshold: 0.5 }.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "threshold": {
            "description": "The decision is true when the score is at least this probability, 0 to 1. Default: 0.5.",
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "default": 0.5
          }
        }
      },
      "cell": {
        "description": "A value: a text, a number, true, false, or null for a missing value. Times are texts: 2013-01-01T05:00:00Z.",
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "number"
          },
          {
            "type": "boolean"
          },
          {
            "type": "null"
          }
        ]
      },
      "duration": {
        "title": "Duration",
        "description": "A whole number and a unit: 50ms, 90s, 15m, 3h, 7d.",
        "type": "string",
        "pattern": "^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$",
        "examples": [
          "50ms",
          "90s",
          "15m",
          "3h",
          "7d"
        ]
      },
      "size": {
        "title": "Size",
        "description": "A size in bytes: a whole number with the unit Ki, Mi, Gi or Ti, for example 4Gi.",
        "type": "string",
        "pattern": "^[1-9][0-9]{0,8}(Ki|Mi|Gi|Ti)$"
      },
      "underscoreName": {
        "title": "Name",
        "description": "Lower-case letters, digits, dashes and underscores, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
      },
      "identifier": {
        "title": "Identifier",
        "description": "Letters, digits and underscores, 1 to 127 characters; begins with a letter.",
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9_]{0,126}$"
      },
      "columnName": {
        "title": "ColumnName",
        "description": "Name of a column: 1 to 256 characters without control characters; does not begin with two underscores.",
        "type": "string",
        "maxLength": 256,
        "pattern": "^(?!__)[^\\u0000-\\u001f\\u007f]+$"
      },
      "time": {
        "title": "Time",
        "description": "A day of UTC, or an instant: 2013-06-01, 2013-06-01T06:00:00Z; up to six digits after the second.",
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
        "examples": [
          "2013-06-01",
          "2013-06-01T06:00:00Z"
        ]
      }
    }
  },
  modelversion: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/modelversion.schema.json",
    "title": "ModelVersionManifest",
    "description": "The immutable record of one model file and all that serving needs. Written by mainward import, never edited.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "ModelVersion"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenModelVersionSpec",
        "description": "The model version.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "model",
          "version",
          "source",
          "artifact",
          "signature"
        ],
        "properties": {
          "model": {
            "$ref": "#/$defs/name",
            "description": "Name of the Model."
          },
          "version": {
            "$ref": "#/$defs/version",
            "description": "Number of the version, from 1."
          },
          "source": {
            "description": "Where the version comes from.",
            "type": "string",
            "enum": [
              "trained",
              "imported"
            ]
          },
          "artifact": {
            "title": "WrittenArtifact",
            "description": "The model file, as ONNX. Exactly one of path and uri.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "sha256",
              "sizeBytes"
            ],
            "properties": {
              "path": {
                "description": "Path of the file in the repository, at most 1 MiB. Default: none, then uri is given.",
                "type": "string",
                "minLength": 1,
                "maxLength": 1024
              },
              "uri": {
                "description": "Place in the artifact store, for example folder:sha256/9f2c…. Default: none, then path is given.",
                "type": "string",
                "pattern": "^(folder|oci|s3):.+$"
              },
              "sha256": {
                "description": "SHA-256 of the file: 64 lower-case hex digits.",
                "type": "string",
                "pattern": "^[0-9a-f]{64}$"
              },
              "sizeBytes": {
                "description": "Size of the file in bytes.",
                "type": "integer",
                "minimum": 1,
                "maximum": 9007199254740991
              },
              "opset": {
                "description": "ONNX opset of the file, for people. Default: unknown.",
                "type": "integer",
                "minimum": 1,
                "maximum": 1000
              }
            },
            "oneOf": [
              {
                "required": [
                  "path"
                ]
              },
              {
                "required": [
                  "uri"
                ]
              }
            ]
          },
          "signature": {
            "title": "WrittenSignature",
            "description": "Inputs and outputs of the model file.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "inputs",
              "outputs"
            ],
            "properties": {
              "inputs": {
                "description": "The input tensors, in order.",
                "type": "array",
                "minItems": 1,
                "items": {
                  "title": "WrittenInputTensor",
                  "description": "An input tensor.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "name",
                    "datatype",
                    "shape"
                  ],
                  "properties": {
                    "name": {
                      "description": "Name of the tensor in the model file.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 256
                    },
                    "datatype": {
                      "description": "Datatype, in the words of the Open Inference Protocol.",
                      "type": "string",
                      "enum": [
                        "BOOL",
                        "UINT8",
                        "UINT16",
                        "UINT32",
                        "UINT64",
                        "INT8",
                        "INT16",
                        "INT32",
                        "INT64",
                        "FP16",
                        "FP32",
                        "FP64",
                        "BYTES"
                      ]
                    },
                    "shape": {
                      "description": "Shape; -1 is the batch dimension.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 8,
                      "items": {
                        "description": "Size of one dimension.",
                        "type": "integer",
                        "minimum": -1,
                        "maximum": 2147483647
                      }
                    },
                    "features": {
                      "description": "Names of the columns of the last dimension, in order. Default: none, then the caller sends the matrix itself.",
                      "type": "array",
                      "minItems": 1,
                      "uniqueItems": true,
                      "items": {
                        "$ref": "#/$defs/featureName"
                      }
                    }
                  }
                }
              },
              "outputs": {
                "title": "WrittenOutputRoles",
                "description": "What the output tensors mean.",
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "score"
                ],
                "properties": {
                  "score": {
                    "description": "Name of the output with the score: a probability, a row of probabilities, or the predicted value.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 256
                  },
                  "label": {
                    "description": "Name of the output with the predicted class. Default: none.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 256
                  },
                  "positiveIndex": {
                    "description": "Column of the score that belongs to the positive class, from 0. Default: none, then the score is one number a row.",
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 1000000
                  }
                }
              }
            }
          },
          "requestFeatures": {
            "description": "The features that the caller sends, as they were when the version was made. Default: none.",
            "type": "array",
            "items": {
              "$ref": "#/$defs/requestFeature"
            },
            "default": []
          },
          "onDemand": {
            "description": "The on-demand features, as they were when the version was made. Default: none.",
            "type": "array",
            "maxItems": 200,
            "items": {
              "$ref": "#/$defs/onDemandFeature"
            },
            "default": []
          },
          "views": {
            "description": "The views that the version reads, one entry for each role: the Model's features, as they were when the version was made. Default: none.",
            "type": "array",
            "maxItems": 1000,
            "default": [],
            "items": {
              "title": "WrittenVersionView",
              "description": "A view in one role.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "view",
                "digest",
                "join",
                "take"
              ],
              "properties": {
                "view": {
                  "$ref": "#/$defs/underscoreName",
                  "description": "Name of a view of definitions."
                },
                "digest": {
                  "$ref": "#/$defs/digest",
                  "description": "Digest of the view with all that it is made of: another digest, other values."
                },
                "join": {
                  "description": "By key: name of the request's field or tensor that holds it.",
                  "type": "object",
                  "additionalProperties": {
                    "$ref": "#/$defs/columnName",
                    "description": "Name of a column or field."
                  }
                },
                "as": {
                  "$ref": "#/$defs/identifier",
                  "description": "Role: the features then are named AS__FEATURE. Default: none, they keep their names."
                },
                "take": {
                  "description": "Names of features and aggregations of the view, in order.",
                  "type": "array",
                  "minItems": 1,
                  "maxItems": 2000,
                  "uniqueItems": true,
                  "items": {
                    "$ref": "#/$defs/identifier",
                    "description": "Name of a feature or aggregation."
                  }
                }
              }
            }
          },
          "definitions": {
            "title": "WrittenDefinitions",
            "description": "All that the views are made of, every default filled: they can be computed when main has moved on. Default: none, without views.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "entities",
              "sources",
              "views"
            ],
            "properties": {
              "entities": {
                "description": "Entities, by name.",
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": {
                  "title": "WrittenEmbeddedEntity",
                  "description": "One entity.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "name",
                    "keys"
                  ],
                  "properties": {
                    "name": {
                      "$ref": "#/$defs/underscoreName",
                      "description": "Name of the Entity."
                    },
                    "keys": {
                      "description": "Its keys, in order.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 16,
                      "items": {
                        "title": "WrittenEmbeddedKey",
                        "description": "One key.",
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "name",
                          "dtype"
                        ],
                        "properties": {
                          "name": {
                            "$ref": "#/$defs/identifier",
                            "description": "Name of the key."
                          },
                          "dtype": {
                            "description": "Type of the values.",
                            "type": "string",
                            "enum": [
                              "bool",
                              "int32",
                              "int64",
                              "string",
                              "timestamp"
                            ]
                          }
                        }
                      }
                    }
                  }
                }
              },
              "sources": {
                "description": "Sources, by name.",
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": {
                  "title": "WrittenEmbeddedSource",
                  "description": "One source.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "name",
                    "place",
                    "columns"
                  ],
                  "properties": {
                    "name": {
                      "$ref": "#/$defs/underscoreName",
                      "description": "Name of the DataSource."
                    },
                    "place": {
                      "title": "WrittenEmbeddedPlace",
                      "description": "Where the rows come from. Exactly one of files and postgres.",
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "files": {
                          "title": "WrittenEmbeddedFiles",
                          "description": "Files of a commit or folder. Default: none, then postgres is given.",
                          "type": "object",
                          "additionalProperties": false,
                          "required": [
                            "format",
                            "pattern"
                          ],
                          "properties": {
                            "format": {
                              "description": "Format of the files.",
                              "type": "string",
                              "enum": [
                                "parquet",
                                "csv"
                              ]
                            },
                            "pattern": {
                              "description": "Path or glob from the root of the reconciled path.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 1024
                            },
                            "partitions": {
                              "description": "Columns that the names of folders hold. Default: none.",
                              "type": "array",
                              "uniqueItems": true,
                              "maxItems": 16,
                              "items": {
                                "$ref": "#/$defs/columnName",
                                "description": "Name of a column."
                              }
                            }
                          }
                        },
                        "postgres": {
                          "title": "WrittenEmbeddedPostgres",
                          "description": "Rows that a query of a Postgres database gives. Default: none, then files are given.",
                          "type": "object",
                          "additionalProperties": false,
                          "required": [
                            "query",
                            "connection"
                          ],
                          "properties": {
                            "query": {
                              "description": "One SELECT.",
                              "type": "string",
                              "minLength": 1,
                              "maxLength": 65536
                            },
                            "connection": {
                              "title": "WrittenEmbeddedConnection",
                              "description": "Where the database is.",
                              "type": "object",
                              "additionalProperties": false,
                              "required": [
                                "secretRef"
                              ],
                              "properties": {
                                "secretRef": {
                                  "title": "WrittenEmbeddedSecret",
                                  "description": "Where the connection URL is. Exactly one of env and file.",
                                  "type": "object",
                                  "additionalProperties": false,
                                  "properties": {
                                    "env": {
                                      "description": "Name of an environment variable.",
                                      "type": "string",
                                      "minLength": 1,
                                      "maxLength": 256
                                    },
                                    "file": {
                                      "description": "Path of a file that holds nothing else.",
                                      "type": "string",
                                      "minLength": 1,
                                      "maxLength": 4096
                                    }
                                  },
                                  "minProperties": 1,
                                  "maxProperties": 1
                                }
                              }
                            }
                          }
                        }
                      },
                      "minProperties": 1,
                      "maxProperties": 1
                    },
                    "eventTime": {
                      "$ref": "#/$defs/columnName",
                      "description": "Column of the rows with the time at which a row became true. Default: none, static rows."
                    },
                    "createdTime": {
                      "$ref": "#/$defs/columnName",
                      "description": "Column of the rows with the time from which on a row could be read. Default: none, as soon as it happened."
                    },
                    "timeZone": {
                      "description": "IANA name of the zone of times that are written without one. Default: none.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 64
                    },
                    "rowKey": {
                      "description": "Columns that identify a row over its restatements. Default: none.",
                      "type": "array",
                      "uniqueItems": true,
                      "maxItems": 16,
                      "items": {
                        "$ref": "#/$defs/columnName",
                        "description": "Name of a column."
                      }
                    },
                    "columns": {
                      "description": "The columns that may be used.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 2000,
                      "items": {
                        "title": "WrittenEmbeddedColumn",
                        "description": "One column.",
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "name",
                          "dtype"
                        ],
                        "properties": {
                          "name": {
                            "$ref": "#/$defs/columnName",
                            "description": "Name of the column."
                          },
                          "dtype": {
                            "description": "Type of the values.",
                            "type": "string",
                            "enum": [
                              "bool",
                              "int32",
                              "int64",
                              "float32",
                              "float64",
                              "string",
                              "timestamp"
                            ]
                          },
                          "unit": {
                            "description": "Unit of the values, for example mph. Default: none.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 64
                          },
                          "description": {
                            "description": "What it means, for people. Default: none.",
                            "type": "string",
                            "maxLength": 4096
                          }
                        }
                      }
                    }
                  }
                }
              },
              "views": {
                "description": "Views, by name.",
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": {
                  "title": "WrittenEmbeddedView",
                  "description": "One view.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "name",
                    "entities",
                    "inputs"
                  ],
                  "properties": {
                    "name": {
                      "$ref": "#/$defs/underscoreName",
                      "description": "Name of the FeatureView."
                    },
                    "entities": {
                      "description": "What the features describe, in order.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 16,
                      "items": {
                        "title": "WrittenEmbeddedViewEntity",
                        "description": "One entity.",
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "name",
                          "columns"
                        ],
                        "properties": {
                          "name": {
                            "$ref": "#/$defs/underscoreName",
                            "description": "Name of an entity of these definitions."
                          },
                          "columns": {
                            "description": "Column of the rows for each key, by name of the key.",
                            "type": "object",
                            "additionalProperties": {
                              "$ref": "#/$defs/columnName",
                              "description": "Name of a column or field."
                            }
                          }
                        }
                      }
                    },
                    "inputs": {
                      "description": "Where the rows come from.",
                      "type": "array",
                      "minItems": 1,
                      "maxItems": 32,
                      "items": {
                        "title": "WrittenEmbeddedInput",
                        "description": "One input.",
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "kind",
                          "name"
                        ],
                        "properties": {
                          "kind": {
                            "description": "What it is.",
                            "type": "string",
                            "enum": [
                              "DataSource",
                              "FeatureView"
                            ]
                          },
                          "name": {
                            "$ref": "#/$defs/underscoreName",
                            "description": "Name of a source or view of these definitions."
                          }
                        }
                      }
                    },
                    "transform": {
                      "description": "One SELECT in the dialect of DuckDB. Default: none, the rows of the input as they are.",
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 65536
                    },
                    "eventTime": {
                      "$ref": "#/$defs/columnName",
                      "description": "Column of the rows with the time at which a row became true. Default: none, static rows."
                    },
                    "createdTime": {
                      "$ref": "#/$defs/columnName",
                      "description": "Column of the rows with the time from which on a row could be read. Default: none, as soon as it happened."
                    },
                    "rowKey": {
                      "description": "Columns that identify a row over its restatements. Default: none.",
                      "type": "array",
                      "uniqueItems": true,
                      "maxItems": 16,
                      "items": {
                        "$ref": "#/$defs/columnName",
                        "description": "Name of a column."
                      }
                    },
                    "ttl": {
                      "$ref": "#/$defs/duration",
                      "description": "How old a value may be, both ends included. Default: any age."
                    },
                    "features": {
                      "description": "Columns of the rows that are features. Default: none.",
                      "type": "array",
                      "maxItems": 2000,
                      "items": {
                        "title": "WrittenEmbeddedFeature",
                        "description": "One feature.",
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "name",
                          "dtype"
                        ],
                        "properties": {
                          "name": {
                            "$ref": "#/$defs/identifier",
                            "description": "Name of the feature and of its column."
                          },
                          "dtype": {
                            "description": "Type of the values.",
                            "type": "string",
                            "enum": [
                              "bool",
                              "int32",
                              "int64",
                              "float32",
                              "float64",
                              "string",
                              "timestamp"
                            ]
                          },
                          "unit": {
                            "description": "Unit of the values, for example mph. Default: none.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 64
                          },
                          "description": {
                            "description": "What it means, for people. Default: none.",
                            "type": "string",
                            "maxLength": 4096
                          }
                        }
                      }
                    },
                    "aggregations": {
                      "description": "Features over sliding windows. Default: none.",
                      "type": "array",
                      "maxItems": 2000,
                      "items": {
                        "title": "WrittenEmbeddedAggregation",
                        "description": "One feature over a window.",
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "name",
                          "function",
                          "window",
                          "dtype"
                        ],
                        "properties": {
                          "name": {
                            "$ref": "#/$defs/identifier",
                            "description": "Name of the feature."
                          },
                          "function": {
                            "description": "What is computed of the rows in the window.",
                            "type": "string",
                            "enum": [
                              "count",
                              "sum",
                              "mean",
                              "min",
                              "max",
                              "stddev",
                              "first",
                              "last",
                              "count_distinct",
                              "quantile"
                            ]
                          },
                          "column": {
                            "$ref": "#/$defs/columnName",
                            "description": "Column of the rows. Default: none, rows are counted."
                          },
                          "window": {
                            "$ref": "#/$defs/duration",
                            "description": "Length of the window."
                          },
                          "where": {
                            "description": "A condition in SQL over the view's rows. Default: none, every row.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 4096
                          },
                          "quantile": {
                            "description": "Which quantile, 0 to 1. Default: none, another function.",
                            "type": "number",
                            "minimum": 0,
                            "maximum": 1
                          },
                          "dtype": {
                            "description": "Type of the values.",
                            "type": "string",
                            "enum": [
                              "bool",
                              "int32",
                              "int64",
                              "float32",
                              "float64",
                              "string",
                              "timestamp"
                            ]
                          },
                          "unit": {
                            "description": "Unit of the values, for example mph. Default: none.",
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 64
                          },
                          "description": {
                            "description": "What it means, for people. Default: none.",
                            "type": "string",
                            "maxLength": 4096
                          }
                        }
                      }
                    },
                    "online": {
                      "title": "WrittenEmbeddedOnline",
                      "description": "How values reach serving. Exactly one of grid and exact. Default: offline only.",
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "grid": {
                          "title": "WrittenEmbeddedGrid",
                          "description": "Values are computed at multiples of a time. Default: none, then values are pushed.",
                          "type": "object",
                          "additionalProperties": false,
                          "required": [
                            "refresh",
                            "lag"
                          ],
                          "properties": {
                            "refresh": {
                              "$ref": "#/$defs/duration",
                              "description": "Values are computed anew at multiples of this time."
                            },
                            "lag": {
                              "$ref": "#/$defs/duration",
                              "description": "Time allowed for computing."
                            }
                          }
                        },
                        "exact": {
                          "description": "true: values are pushed, and known at once. Default: none, then values are computed.",
                          "type": "boolean",
                          "enum": [
                            true
                          ]
                        }
                      },
                      "minProperties": 1,
                      "maxProperties": 1
                    }
                  }
                }
              }
            }
          },
          "nulls": {
            "$ref": "#/$defs/nulls",
            "description": "What happens to missing values. Default: { default: model }."
          },
          "decision": {
            "$ref": "#/$defs/decision",
            "description": "How a score becomes a decision. Only for binary-classification. Default: { threshold: 0.5 }."
          },
          "goldenRows": {
            "description": "Rows that the runtime must reproduce before any traffic. Default: none.",
            "type": "array",
            "items": {
              "title": "WrittenGoldenRow",
              "description": "One row and its result.",
              "type": "object",
              "additionalProperties": false,
              "required": [
                "inputs",
                "outputs"
              ],
              "properties": {
                "inputs": {
                  "description": "Values by feature name, or by tensor name where a tensor has no named features. 64-bit integers beyond 2^53 in quotes.",
                  "type": "object",
                  "additionalProperties": true
                },
                "outputs": {
                  "description": "Values by output tensor name.",
                  "type": "object",
                  "minProperties": 1,
                  "additionalProperties": true
                }
              }
            },
            "default": []
          },
          "evidence": {
            "description": "What is known about the version: data, metrics, results. Open. Default: none.",
            "type": "object",
            "additionalProperties": true,
            "default": {}
          }
        }
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/name",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "name": {
        "title": "Name",
        "description": "Lower-case letters, digits and dashes, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      },
      "requestFeature": {
        "title": "RequestFeature",
        "description": "A feature that the caller sends with every row.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name",
          "dtype"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/featureName",
            "description": "Name of the feature: the key in a row."
          },
          "dtype": {
            "description": "Type of the values.",
            "type": "string",
            "enum": [
              "bool",
              "int32",
              "int64",
              "float32",
              "float64",
              "string",
              "timestamp"
            ]
          },
          "unit": {
            "description": "Unit of the values, for example mi. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "description": {
            "description": "What the feature means, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          }
        }
      },
      "onDemandFeature": {
        "title": "OnDemandFeature",
        "description": "A feature that is computed for each row when it is asked for, in training as in serving.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name",
          "dtype",
          "cel"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/identifier",
            "description": "Name of the feature; no other input of the model has it."
          },
          "dtype": {
            "description": "Type of the values.",
            "type": "string",
            "enum": [
              "bool",
              "int32",
              "int64",
              "float32",
              "float64",
              "string"
            ]
          },
          "cel": {
            "description": "An expression in CEL over request features, features of views, and on-demand features that stand before it, by the names that the model has for them.",
            "type": "string",
            "minLength": 1,
            "maxLength": 4096,
            "examples": [
              "wind_speed > 25.0"
            ]
          },
          "unit": {
            "description": "Unit of the values, for example mi. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "description": {
            "description": "What the feature means, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          }
        }
      },
      "featureName": {
        "title": "FeatureName",
        "description": "Name of a feature, as the caller sends it.",
        "type": "string",
        "minLength": 1,
        "maxLength": 256
      },
      "nulls": {
        "title": "NullPolicy",
        "description": "What happens to missing values. Default: { default: model }.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "default": {
            "$ref": "#/$defs/nullRule",
            "description": "Rule for every feature without its own. Default: model.",
            "default": "model"
          },
          "features": {
            "description": "Rules of single features, by name. Default: none.",
            "type": "object",
            "additionalProperties": {
              "$ref": "#/$defs/nullRule"
            }
          }
        }
      },
      "nullRule": {
        "title": "NullRule",
        "description": "What happens to a missing value: model (hand NaN to the model), reject (refuse the row), or a number to put in its place.",
        "anyOf": [
          {
            "type": "string",
            "enum": [
              "model",
              "reject"
            ]
          },
          {
            "type": "number"
          }
        ]
      },
      "decision": {
        "title": "Decision",
        "description": "How a score becomes a decision. Only for binary-classification. Default: { threshold: 0.5 }.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "threshold": {
            "description": "The decision is true when the score is at least this probability, 0 to 1. Default: 0.5.",
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "default": 0.5
          }
        }
      },
      "version": {
        "title": "VersionNumber",
        "description": "Number of a model version: a whole number from 1.",
        "type": "integer",
        "minimum": 1,
        "maximum": 999999999
      },
      "underscoreName": {
        "title": "Name",
        "description": "Lower-case letters, digits, dashes and underscores, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
      },
      "identifier": {
        "title": "Identifier",
        "description": "Letters, digits and underscores, 1 to 127 characters; begins with a letter.",
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9_]{0,126}$"
      },
      "columnName": {
        "title": "ColumnName",
        "description": "Name of a column: 1 to 256 characters without control characters; does not begin with two underscores.",
        "type": "string",
        "maxLength": 256,
        "pattern": "^(?!__)[^\\u0000-\\u001f\\u007f]+$"
      },
      "duration": {
        "title": "Duration",
        "description": "A whole number and a unit: 50ms, 90s, 15m, 3h, 7d.",
        "type": "string",
        "pattern": "^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$",
        "examples": [
          "50ms",
          "90s",
          "15m",
          "3h",
          "7d"
        ]
      },
      "digest": {
        "title": "Digest",
        "description": "sha256: and 64 lower-case hex digits.",
        "type": "string",
        "pattern": "^sha256:[0-9a-f]{64}$"
      }
    }
  },
  project: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/project.schema.json",
    "title": "ProjectManifest",
    "description": "The repository as a whole. Exactly one, in mainward.yaml at the root of the reconciled path.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "Project"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenProjectSpec",
        "description": "Settings of the repository.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "include": {
            "description": "Which files hold manifests: globs from the folder of mainward.yaml; only .yaml and .yml files are read. Default: [\"**\"].",
            "type": "array",
            "minItems": 1,
            "items": {
              "description": "A glob: * within a folder, ** across folders, ? one character.",
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            },
            "default": [
              "**"
            ]
          },
          "environments": {
            "description": "The environments that rollouts may name. Default: { production: {} }.",
            "type": "object",
            "minProperties": 1,
            "propertyNames": {
              "$ref": "#/$defs/name"
            },
            "additionalProperties": {
              "title": "Environment",
              "description": "An environment; it has no settings in this version.",
              "type": "object",
              "additionalProperties": false,
              "properties": {}
            },
            "default": {
              "production": {}
            }
          },
          "artifacts": {
            "title": "Artifacts",
            "description": "Where model files over 1 MiB are kept. Default: { store: \"folder:.mainward/artifacts\" }.",
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "store": {
                "description": "folder:PATH, relative to the repository or absolute. Default: folder:.mainward/artifacts.",
                "type": "string",
                "pattern": "^(folder|oci|s3):.+$",
                "default": "folder:.mainward/artifacts"
              }
            }
          },
          "allowEmpty": {
            "description": "Whether a commit without any model and rollout may be applied (it stops all serving). Default: false.",
            "type": "boolean",
            "default": false
          }
        }
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/name",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "name": {
        "title": "Name",
        "description": "Lower-case letters, digits and dashes, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      }
    }
  },
  rollout: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/rollout.schema.json",
    "title": "RolloutManifest",
    "description": "How the versions of one model receive traffic in one environment. Named like its model.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "Rollout"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenRolloutSpec",
        "description": "The rollout. Exactly one of canary and split.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "unit": {
            "description": "Field of a row that holds the unit: what is assigned to a variant and stays there. Default: none, then units are sent beside the rows.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "suspend": {
            "description": "Freezes the rollout where it stands. Default: false.",
            "type": "boolean",
            "default": false
          },
          "canary": {
            "title": "WrittenCanary",
            "description": "One version replaces the other, in steps of growing weight.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "version"
            ],
            "properties": {
              "version": {
                "$ref": "#/$defs/version",
                "description": "The version to roll out: the one line that a deployment or a way back changes."
              },
              "steps": {
                "description": "Steps of growing weight; the last is 100. Default: [{ weight: 100 }].",
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {
                  "title": "WrittenStep",
                  "description": "One step.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "weight"
                  ],
                  "properties": {
                    "weight": {
                      "description": "Percent of the units that get the new version, 1 to 100.",
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 100
                    },
                    "hold": {
                      "$ref": "#/$defs/hold",
                      "description": "How long the weight is held before the next step; manual: until `mainward resume`. Default: 0s.",
                      "default": "0s"
                    }
                  }
                },
                "default": [
                  {
                    "weight": 100
                  }
                ]
              }
            }
          },
          "split": {
            "title": "WrittenSplit",
            "description": "Fixed shares of traffic for two or more versions.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "seed",
              "variants"
            ],
            "properties": {
              "seed": {
                "description": "Seed of the assignment; another seed draws the units anew.",
                "type": "string",
                "minLength": 1,
                "maxLength": 256
              },
              "coverage": {
                "$ref": "#/$defs/percent",
                "description": "Percent of the units that take part; the others get control. Default: 100.",
                "default": 100
              },
              "variants": {
                "description": "The arms; their weights sum to 100 and exactly one is named control.",
                "type": "array",
                "minItems": 2,
                "maxItems": 100,
                "items": {
                  "title": "WrittenVariant",
                  "description": "One arm.",
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "name",
                    "version",
                    "weight"
                  ],
                  "properties": {
                    "name": {
                      "$ref": "#/$defs/name",
                      "description": "Name of the arm."
                    },
                    "version": {
                      "$ref": "#/$defs/version",
                      "description": "Version that the arm serves."
                    },
                    "weight": {
                      "$ref": "#/$defs/percent",
                      "description": "Percent of the units that take part, 0 to 100."
                    }
                  }
                }
              }
            }
          },
          "fallback": {
            "title": "WrittenFallback",
            "description": "What answers a request whose run fails or takes too long. Exactly one of version and constant. A change is taken over at once, without steps. Default: none, such a request gets an error.",
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "version": {
                "$ref": "#/$defs/version",
                "description": "Another version of the model, usually an older one; it must take the rows that the served versions take. It is kept loaded."
              },
              "constant": {
                "description": "The same score for every row: for binary-classification a probability, 0 to 1; for multiclass-classification a list with the probability of every class; for regression the predicted value.",
                "anyOf": [
                  {
                    "type": "number"
                  },
                  {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 10000,
                    "items": {
                      "description": "Probability of one class, in the order of the model's output.",
                      "type": "number"
                    }
                  }
                ]
              }
            },
            "oneOf": [
              {
                "required": [
                  "version"
                ]
              },
              {
                "required": [
                  "constant"
                ]
              }
            ]
          }
        },
        "oneOf": [
          {
            "required": [
              "canary"
            ]
          },
          {
            "required": [
              "split"
            ]
          }
        ]
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/name",
            "description": "Name of the resource, unique in its kind and environment."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          },
          "environment": {
            "$ref": "#/$defs/name",
            "description": "Environment that the resource belongs to; one that the Project names. Default: production.",
            "default": "production"
          }
        }
      },
      "name": {
        "title": "Name",
        "description": "Lower-case letters, digits and dashes, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      },
      "hold": {
        "title": "Hold",
        "description": "A whole number and a unit: 50ms, 90s, 15m, 3h, 7d; or manual.",
        "type": "string",
        "pattern": "^((0|[1-9][0-9]{0,8})(ms|s|m|h|d)|manual)$",
        "examples": [
          "50ms",
          "90s",
          "15m",
          "3h",
          "7d",
          "manual"
        ]
      },
      "version": {
        "title": "VersionNumber",
        "description": "Number of a model version: a whole number from 1.",
        "type": "integer",
        "minimum": 1,
        "maximum": 999999999
      },
      "percent": {
        "title": "Percent",
        "description": "A whole percent, 0 to 100.",
        "type": "integer",
        "minimum": 0,
        "maximum": 100
      }
    }
  },
  waiver: {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://mainward.dev/schemas/v1alpha1/waiver.schema.json",
    "title": "WaiverManifest",
    "description": "Permission to go on although a rule is not passed: who gave it, why, and until when.",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "properties": {
      "apiVersion": {
        "description": "Version of the manifest format.",
        "type": "string",
        "const": "mainward.dev/v1alpha1"
      },
      "kind": {
        "description": "Kind of the resource.",
        "type": "string",
        "const": "Waiver"
      },
      "metadata": {
        "$ref": "#/$defs/metadata",
        "description": "Who and what the resource is."
      },
      "spec": {
        "title": "WrittenWaiverSpec",
        "description": "The waiver.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "gate",
          "model",
          "reason",
          "grantedBy",
          "until"
        ],
        "properties": {
          "gate": {
            "$ref": "#/$defs/name",
            "description": "Name of a Gate or a FairnessPolicy."
          },
          "rule": {
            "description": "Name of the rule that is waived. Default: none, all rules of the gate.",
            "type": "string",
            "minLength": 1,
            "maxLength": 200
          },
          "model": {
            "$ref": "#/$defs/name",
            "description": "Name of a Model that names the gate."
          },
          "version": {
            "description": "Number of the version that it holds for. Default: none, any version.",
            "type": "integer",
            "minimum": 1,
            "maximum": 9007199254740991
          },
          "reason": {
            "description": "Why the rule may be passed over, for people who look back.",
            "type": "string",
            "minLength": 1,
            "maxLength": 4096
          },
          "grantedBy": {
            "description": "Who answers for it: a person or a team.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "until": {
            "$ref": "#/$defs/time",
            "description": "First time at which it holds no longer."
          }
        }
      }
    },
    "$defs": {
      "metadata": {
        "title": "Metadata",
        "description": "Who and what the resource is.",
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/$defs/name",
            "description": "Name of the resource, unique in its kind."
          },
          "description": {
            "description": "What this is, for people. Default: none.",
            "type": "string",
            "maxLength": 4096
          },
          "owner": {
            "description": "Who answers for it: a team or a person. Default: none.",
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "tags": {
            "description": "Words to find it by. Default: none.",
            "type": "array",
            "uniqueItems": true,
            "maxItems": 64,
            "items": {
              "description": "One word.",
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          }
        }
      },
      "name": {
        "title": "Name",
        "description": "Lower-case letters, digits and dashes, 1 to 63 characters; begins and ends with a letter or digit.",
        "type": "string",
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      },
      "time": {
        "title": "Time",
        "description": "A day of UTC, or an instant: 2013-06-01, 2013-06-01T06:00:00Z; up to six digits after the second.",
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
        "examples": [
          "2013-06-01",
          "2013-06-01T06:00:00Z"
        ]
      }
    }
  },
} as const
