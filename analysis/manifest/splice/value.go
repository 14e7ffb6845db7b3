package splice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// kind is what JSON knows.
type kind uint8

const (
	null kind = iota
	boolean
	number
	text
	list
	object
)

// value is what a part of a document holds. It is never changed once it is made, since aliases share it.
type value struct {
	kind kind
	// text is a text, or true, false, or a number as canonical spells it.
	text string
	// keys are those of an object, in order; items are its values, or those of a list.
	keys  []string
	items []*value
	index map[string]int
}

// crowd is how many keys are looked through before there is an index of them.
const crowd = 16

func (v *value) at(key string) int {
	if v.index != nil {
		if i, ok := v.index[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range v.keys {
		if k == key {
			return i
		}
	}
	return -1
}

func (v *value) get(key string) *value {
	if v == nil || v.kind != object {
		return nil
	}
	if i := v.at(key); i >= 0 {
		return v.items[i]
	}
	return nil
}

// put adds a key; false where it is there already.
func (v *value) put(key string, item *value) bool {
	if v.at(key) >= 0 {
		return false
	}
	v.keys, v.items = append(v.keys, key), append(v.items, item)
	if v.index != nil {
		v.index[key] = len(v.keys) - 1
	} else if len(v.keys) > crowd {
		v.index = make(map[string]int, 2*len(v.keys))
		for i, k := range v.keys {
			v.index[k] = i
		}
	}
	return true
}

// bare tells that a value holds no others.
func (v *value) bare() bool { return len(v.items) == 0 }

func (v *value) nested() bool { return v.kind == list || v.kind == object }

// equal compares two values whatever the order of keys.
func equal(a, b *value) bool {
	if a == b {
		return true
	}
	if a == nil || b == nil || a.kind != b.kind || a.text != b.text || len(a.items) != len(b.items) {
		return false
	}
	for i, item := range a.items {
		other := b.items[i]
		if a.kind == object && b.keys[i] != a.keys[i] {
			if other = b.get(a.keys[i]); other == nil {
				return false
			}
		}
		if !equal(item, other) {
			return false
		}
	}
	return true
}

// any gives a value as unstructured objects hold it.
func (v *value) any() any {
	switch v.kind {
	case boolean:
		return v.text == "true"
	case number:
		if i, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			return i
		}
		if _, err := strconv.ParseUint(v.text, 10, 64); err == nil {
			// A float would round it.
			return json.Number(v.text)
		}
		f, err := strconv.ParseFloat(v.text, 64)
		if err != nil {
			return v.text
		}
		return f
	case text:
		return v.text
	case list:
		all := make([]any, len(v.items))
		for i, item := range v.items {
			all[i] = item.any()
		}
		return all
	case object:
		all := make(map[string]any, len(v.items))
		for i, item := range v.items {
			all[v.keys[i]] = item.any()
		}
		return all
	}
	return nil
}

// canonical spells a number so that equal ones are spelt alike.
func canonical(s string) (string, error) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatInt(i, 10), nil
	}
	if u, err := strconv.ParseUint(s, 10, 64); err == nil {
		return strconv.FormatUint(u, 10), nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "", errors.New("a number that JSON does not know")
	}
	return spellFloat(f), nil
}

func spellFloat(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// fromAny reads what a caller wants.
func fromAny(want any) (*value, error) {
	data, err := json.Marshal(want)
	if err != nil {
		return nil, err
	}
	if len(data) > MaxDocument {
		return nil, fmt.Errorf("it is larger than %d MiB", MaxDocument>>20)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := fromJSON(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is more than one value")
	}
	return v, nil
}

func fromJSON(d *json.Decoder, depth int) (*value, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return fromToken(token)
	}
	if depth >= MaxDepth {
		return nil, fmt.Errorf("it is nested more than %d deep", MaxDepth)
	}
	v := &value{kind: list}
	if delim == '{' {
		v.kind = object
	}
	for d.More() {
		key := ""
		if v.kind == object {
			if token, err = d.Token(); err != nil {
				return nil, err
			}
			key, _ = token.(string)
		}
		item, err := fromJSON(d, depth+1)
		if err != nil {
			return nil, err
		}
		if v.kind == list {
			v.items = append(v.items, item)
		} else if !v.put(key, item) {
			return nil, fmt.Errorf("the key %q stands twice", key)
		}
	}
	_, err = d.Token()
	return v, err
}

func fromToken(token json.Token) (*value, error) {
	switch t := token.(type) {
	case string:
		return &value{kind: text, text: t}, nil
	case bool:
		return &value{kind: boolean, text: strconv.FormatBool(t)}, nil
	case json.Number:
		s, err := canonical(t.String())
		return &value{kind: number, text: s}, err
	}
	return &value{}, nil
}
