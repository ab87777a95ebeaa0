package history

import (
	"strconv"
	"strings"
)

// CSVHeader is the first line of a CSV file with one epoch in each line.
const CSVHeader = "epoch,epoch_s,loss,accuracy,val_loss,val_accuracy,learning_rate\n"

// CSV returns the epoch's line of such a file. If the epoch was not validated, its two fields of validation are empty.
func (e Epoch) CSV() string {
	fields := []string{
		strconv.Itoa(e.Epoch), decimal(e.Seconds), decimal(e.Loss), decimal(e.Accuracy), "", "",
		decimal(e.LearningRate),
	}
	if e.Validated {
		fields[4], fields[5] = decimal(e.ValLoss), decimal(e.ValAccuracy)
	}
	return strings.Join(fields, ",") + "\n" // numbers need no quotes
}

// CSV returns such a file.
func (h Epochs) CSV() string {
	var text strings.Builder
	text.WriteString(CSVHeader)
	for _, e := range h {
		text.WriteString(e.CSV())
	}
	return text.String()
}

// decimal returns the shortest decimal that parses as v.
func decimal(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
