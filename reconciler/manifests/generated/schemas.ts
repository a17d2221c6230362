/** Generated from schemas/ by `npm run generate`: edit the schema, never this file. */
export const schemas = {
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
          "requestFeatures": {
            "description": "The features that the caller sends with every row. Default: none.",
            "type": "array",
            "items": {
              "$ref": "#/$defs/requestFeature"
            },
            "default": []
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
          "views": {
            "description": "Definitions of the feature views; this version of Mainward serves versions without views only. Default: [].",
            "type": "array",
            "maxItems": 0,
            "default": []
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
} as const
