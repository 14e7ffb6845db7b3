package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"canopy/analysis/manifest"
)

// blocks writes JSON as manifest.FromJSON does, for many values that are alike: how a text is written is worked out once.
// That is a hundred times as quick.
type blocks struct {
	scalars map[string]string
	b       bytes.Buffer
}

// maxScalars bounds the texts that are kept.
const maxScalars = 1 << 16

func newBlocks() *blocks { return &blocks{scalars: map[string]string{}} }

// fromJSON gives a list as YAML. What it gives is good until the next call.
func (w *blocks) fromJSON(data []byte) ([]byte, error) {
	if bytes.Contains(data, []byte(`\n`)) {
		// Texts of several lines are written by where they stand.
		return manifest.FromJSON(data)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	w.b.Reset()
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	err := w.list(d, 0)
	return w.b.Bytes(), err
}

// list writes the items of a list whose bracket was read; they stand as deep as what the list belongs to.
func (w *blocks) list(d *json.Decoder, depth int) error {
	for d.More() {
		w.indent(depth)
		w.b.WriteString("- ")
		if err := w.value(d, depth+1, true); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// value writes one value. What has parts begins on a new line, but for the first field of an item of a list.
func (w *blocks) value(d *json.Decoder, depth int, item bool) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	gap := " "
	if item {
		gap = ""
	}
	switch t := token.(type) {
	case json.Delim:
		if !d.More() {
			w.b.WriteString(gap + map[json.Delim]string{'{': "{}", '[': "[]"}[t] + "\n")
			_, err := d.Token()
			return err
		}
		if !item {
			w.b.WriteByte('\n')
		}
		if t == '[' {
			return w.list(d, depth-1)
		}
		return w.object(d, depth, item)
	case string:
		text, err := w.scalar(t)
		w.b.WriteString(gap + text + "\n")
		return err
	case nil:
		w.b.WriteString(gap + "null\n")
	default:
		fmt.Fprintf(&w.b, "%s%v\n", gap, t)
	}
	return nil
}

// object writes the fields of an object whose brace was read.
func (w *blocks) object(d *json.Decoder, depth int, item bool) error {
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if !item {
			w.indent(depth)
		}
		item = false
		fmt.Fprintf(&w.b, "%v:", name)
		if err := w.value(d, depth+1, false); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func (w *blocks) indent(depth int) {
	for range depth {
		w.b.WriteString("  ")
	}
}

// scalar gives a text as the value of a field.
func (w *blocks) scalar(s string) (string, error) {
	if text, known := w.scalars[s]; known {
		return text, nil
	}
	data, err := json.Marshal(map[string]string{"k": s})
	if err != nil {
		return "", err
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		return "", err
	}
	if len(w.scalars) >= maxScalars {
		clear(w.scalars)
	}
	w.scalars[s] = strings.TrimSuffix(strings.TrimPrefix(string(text), "k: "), "\n")
	return w.scalars[s], nil
}
