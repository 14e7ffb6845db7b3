package lifecycle

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// quoted writes a text of a file that is not what it should be. What cannot be a day or a version is cut short: somebody may have given a
// file that holds credentials.
func quoted[T string | []byte](text T) string {
	const shown, most = 4, 40
	t := string(text)
	if rest := strings.Trim(strings.TrimPrefix(t, "CVE-"), `"0123456789.,-+:<>=~* vTZ`); rest == "" && len(t) <= most || len(t) < 2*shown {
		return fmt.Sprintf("%q", t)
	}
	return fmt.Sprintf("%q, of %d bytes,", t[:shown]+"…", len(t))
}

// plainError leaves out of an error what it quotes of a file.
func plainError(err error) error {
	var moment *time.ParseError
	if errors.As(err, &moment) {
		return errors.New("a moment is not written as " + time.RFC3339)
	}
	return err
}
