"""The 21 inputs of loan-approval. Race, sex, marital status and age are never among them."""

import numpy as np
from tables import DATA, Part, connect, to_matrix

# Name, unit, meaning: the columns of the model, in this order. purchase_price follows from two others and is left out.
FEATURES = [
    ("loan_amount", "1000 USD", "Amount of the loan"),
    ("loan_to_price", "ratio", "Amount of the loan over the purchase price"),
    ("applicant_income", "USD/month", "Income of the applicant"),
    ("coapplicant_income", "USD/month", "Income of the co-applicant"),
    ("housing_expense_ratio", "%", "Housing expenses over total income"),
    ("obligation_ratio", "%", "All obligations over total income"),
    ("liquid_assets", "1000 USD", "Liquid assets"),
    ("term_months", "months", "Term of the loan"),
    ("adjustable_rate", "0/1", "The rate is adjustable"),
    ("units", "units", "Units in the property"),
    ("dependents", "persons", "Dependents of the applicant"),
    ("self_employed", "0/1", "The applicant is self-employed"),
    ("cosigner", "0/1", "There is a cosigner"),
    ("credit_meets_guidelines", "0/1", "The credit history meets the guidelines"),
    ("consumer_credit_history", "1 to 6", "Consumer credit history, 1 = good"),
    ("mortgage_credit_history", "1 to 4", "Mortgage credit history, 1 = good"),
    ("bankruptcy", "0/1", "There was a bankruptcy"),
    ("unverifiable_information", "0/1", "Some information could not be verified"),
    ("industry_unemployment", "%", "Unemployment in the applicant's industry"),
    ("tract_minority_over_30", "0/1", "More than 30 % of the tract's residents belong to a minority: a proxy of race"),
    ("schooling_over_12", "0/1", "More than 12 years of schooling"),
]
NAMES = [name for name, _, _ in FEATURES]

# Shares of the rows in order of synthetic_applied_at: a random split, since that time is synthetic.
TRAIN_ROWS = 1194
TEST_ROWS = 596


def read_parts():
    """All rows, in three parts."""
    rows = connect().execute(
        f"select approved, {', '.join(NAMES)} from read_parquet('{DATA}/loans.parquet') order by synthetic_applied_at, application_id"
    ).fetchnumpy()
    whole = Part(inputs=to_matrix(rows, NAMES), labels=np.asarray(rows["approved"], dtype=np.int64))
    first_test = len(whole.labels) - TEST_ROWS
    bounds = {"train": (0, TRAIN_ROWS), "validation": (TRAIN_ROWS, first_test), "test": (first_test, len(whole.labels))}
    return {part: Part(whole.inputs[since:until], whole.labels[since:until]) for part, (since, until) in bounds.items()}
