package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// RowFormats are those in which the rows of a screen are written.
func RowFormats() []Format { return []Format{JSON, CSV, Table} }

// WriteRows writes the rows of a screen as they are shown there, under their titles: JSON is a list of objects, whose fields are the
// titles in lower case.
func WriteRows(w io.Writer, format Format, titles []string, rows [][]string) error {
	switch format {
	case JSON:
		return writeRowsJSON(w, titles, rows)
	case CSV:
		return writeRowsCSV(w, slices.Concat([][]string{titles}, rows))
	case Table:
		s := sheet{titles: titles, above: func(int) []string { return nil }}
		return s.write(w, Style{Wide: true}, slices.Values(rows))
	}
	return fmt.Errorf("rows cannot be written as %s", format)
}

func writeRowsJSON(w io.Writer, titles []string, rows [][]string) error {
	names := fieldNames(titles)
	list := make([]json.RawMessage, 0, len(rows))
	for _, row := range rows {
		var b bytes.Buffer
		b.WriteByte('{')
		for i, name := range names {
			value := ""
			if i < len(row) {
				value = row[i]
			}
			field, err := json.Marshal(name)
			if err != nil {
				return err
			}
			text, err := json.Marshal(value)
			if err != nil {
				return err
			}
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(field)
			b.WriteByte(':')
			b.Write(text)
		}
		b.WriteByte('}')
		list = append(list, b.Bytes())
	}
	return WriteJSON(w, list)
}

// fieldNames makes names of fields of titles; what would be there twice, or is empty, gets its number.
func fieldNames(titles []string) []string {
	names := make([]string, len(titles))
	for i, t := range titles {
		name := strings.ToLower(strings.TrimSpace(t))
		if name == "" || slices.Contains(names[:i], name) {
			name = strings.TrimSpace(name + " " + strconv.Itoa(i+1))
		}
		names[i] = name
	}
	return names
}
