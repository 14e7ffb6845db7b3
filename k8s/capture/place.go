package capture

import (
	"bytes"
	"encoding/json"
)

// place is where a value of a JSON text stands, and what stands below it.
type place struct {
	// key is the name of the field; "" for an item of a list.
	key        string
	start, end int
	object     bool
	// text is the value of a string.
	text  string
	below []*place
}

// parsePlaces reads the places of a JSON text whose depth was checked.
func parsePlaces(data []byte) (*place, bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	p, err := readPlace(d, data)
	return p, err == nil
}

func readPlace(d *json.Decoder, data []byte) (*place, error) {
	from := int(d.InputOffset())
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	for from < len(data) && bytes.IndexByte([]byte(" \t\r\n,:"), data[from]) >= 0 {
		from++
	}
	p := &place{start: from}
	if s, ok := t.(string); ok {
		p.text = s
	}
	delim, _ := t.(json.Delim)
	p.object = delim == '{'
	if delim == '{' || delim == '[' {
		for d.More() {
			name := ""
			if p.object {
				k, err := d.Token()
				if err != nil {
					return nil, err
				}
				name, _ = k.(string)
			}
			c, err := readPlace(d, data)
			if err != nil {
				return nil, err
			}
			c.key = name
			p.below = append(p.below, c)
		}
		if _, err := d.Token(); err != nil {
			return nil, err
		}
	}
	p.end = int(d.InputOffset())
	return p, nil
}
