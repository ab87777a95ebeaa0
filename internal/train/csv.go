package train

import (
	"strconv"
	"strings"
)

// csvHeader names the columns of a history file. Those of validation stay empty in a run without any.
const csvHeader = "epoch,epoch_s,loss,accuracy,val_loss,val_accuracy,learning_rate\n"

// CSV returns a callback that writes one line an epoch to a new file at path, as it happens.
func CSV(path string) Callback {
	return lines(path, csvHeader, func(e Epoch) ([]byte, error) {
		record := []string{strconv.Itoa(e.Epoch), number(e.Seconds), number(e.Loss), number(e.Accuracy), "", "", number(e.LearningRate)}
		if e.Validated {
			record[4], record[5] = number(e.ValLoss), number(e.ValAccuracy)
		}
		return []byte(strings.Join(record, ",") + "\n"), nil // numbers need no quotes
	})
}

// number returns the shortest decimal that reads as v.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
