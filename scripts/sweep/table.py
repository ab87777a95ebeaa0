"""What the checks of this folder know of results.csv, the table that `dnn sweep collect` writes."""

METRICS = ("loss", "accuracy", "val_loss", "val_accuracy", "test_loss", "test_accuracy")
FIXED = {"point", "setting", "seed", "status", "epochs", "sha256", *METRICS}  # the columns that are no parameters


def same(found, text):
    """Report whether a parameter, as another program has read it, is the value of a cell."""
    if isinstance(found, bool):
        return text == str(found).lower()
    if isinstance(found, int | float):
        return float(text) == found
    return found == text
