package splice

import (
	"strconv"
	"strings"

	"canopy/analysis/manifest"
)

// literal writes texts as block scalars.
type literal struct {
	// fold asks for > in place of |; keep tells that empty lines at the end may be kept, since nothing follows them.
	fold, keep bool
	// column is that of the text, parent that of the key or dash.
	column, parent int
}

// write gives a text as a block scalar; false for a text that such cannot hold.
func (l literal) write(s string) (written, bool) {
	body := strings.TrimRight(s, "\n")
	ends := len(s) - len(body)
	if body == "" || strings.TrimLeft(body, " \t\n") == "" || ends > 1 && !l.keep || !readable(body) {
		return written{}, false
	}
	rows := strings.Split(body, "\n")
	head := "|"
	if l.fold && foldable(rows) {
		head, rows = ">", folded(rows)
	}
	for _, row := range rows {
		if row != "" && (row[0] == ' ' || row[0] == '\t') {
			n := l.column - max(0, l.parent)
			if n < 1 || n > 9 {
				return written{}, false
			}
			head += strconv.Itoa(n)
			break
		}
		if row != "" {
			break
		}
	}
	switch ends {
	case 0:
		head += "-"
	case 1:
	default:
		head += "+"
	}
	for range ends - 1 {
		rows = append(rows, "")
	}
	w := written{head: head, rest: make([]string, len(rows)), text: true, column: l.column}
	for i, row := range rows {
		if row != "" {
			w.rest[i] = spaces(l.column) + row
		}
	}
	return w, true
}

// readable tells that a text holds nothing that needs an escape.
func readable(s string) bool {
	for _, r := range s {
		if !manifest.Safe(r) || r == '\ufeff' {
			return false
		}
	}
	return true
}

// foldable tells that lines survive being folded.
func foldable(rows []string) bool {
	for i, row := range rows {
		if row == "" && i == 0 || row != "" && (strings.TrimSpace(row) != row) {
			return false
		}
	}
	return true
}

// folded writes a line break as an empty line, as > wants it.
func folded(rows []string) []string {
	var all []string
	for i, row := range rows {
		if i > 0 {
			all = append(all, "")
		}
		if row != "" {
			all = append(all, row)
		}
	}
	return all
}
