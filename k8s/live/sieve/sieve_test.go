package sieve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

func TestNext(t *testing.T) {
	fields := record.Fields{"a": nil, "b": {"c": nil, "list": {}}, "each": {"x": nil}}
	for _, c := range []struct{ in, want string }{
		{`{}`, `{}`},
		{` { "a" : [ 1 , {"q": "\"}]" } ] , "z": {"a": 1} } `, `{"a":[1,{"q":"\"}]"}]}`},
		{`{"z":"\\","b":{"d":1,"c":-1.5e3,"list":[{"large":1},2]},"a":null}`, `{"b":{"c":-1.5e3,"list":[]},"a":null}`},
		{`{"each":[{"x":1,"y":2},{"y":[[]]},"x",[{"x":1}],{"x":true}]}`, `{"each":[{"x":1},{},{"x":true}]}`},
		{`{"b":{"list":{"x":1}},"each":{"x":"é\u00e9","y":0}}`, `{"b":{"list":{}},"each":{"x":"é\u00e9"}}`},
		{`{"b":7,"each":"text","\u0061":1}`, `{"b":7,"each":"text"}`},
		{`"text"`, `"text"`},
		{`12`, `12`},
	} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(c.in), "in bytes": iotest.OneByteReader(strings.NewReader(c.in))} {
			var out bytes.Buffer
			if err := New(in).Next(fields, &out); err != nil || out.String() != c.want {
				t.Errorf("%s, %s: %v\n%s, want\n%s", c.in, name, err, out.String(), c.want)
			}
		}
	}
}

func TestNextOfMany(t *testing.T) {
	s := New(strings.NewReader("{\"a\":1}\n{\"a\":2}{\"b\":3}\n"))
	for _, want := range []string{`{"a":1}`, `{"a":2}`, `{}`} {
		var out bytes.Buffer
		if err := s.Next(record.Fields{"a": nil}, &out); err != nil || out.String() != want {
			t.Errorf("%v %s, want %s", err, out.String(), want)
		}
	}
	if err := s.Next(nil, &bytes.Buffer{}); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestBroken(t *testing.T) {
	for _, in := range []string{`{`, `{"a"`, `{"a":`, `{"a":"x`, `{"a":"x\`, `{"a":1`, `{"a":1,`, `{"a" 1}`, `{"a":}`, `{"b":]}`, `{a:1}`, `{"each":[{"x":1}`} {
		for _, fields := range []record.Fields{{"a": nil, "each": {"x": nil}}, {}, nil} {
			var out bytes.Buffer
			err := New(strings.NewReader(in)).Next(fields, &out)
			if err == nil && json.Valid(out.Bytes()) && fields != nil {
				t.Errorf("%s is read as %s", in, out.String())
			}
			if errors.Is(err, io.EOF) {
				t.Errorf("%s: an end in the middle is told as the end", in)
			}
		}
	}
}

func TestList(t *testing.T) {
	in := `{"kind":"XList","items":[{"a":1,"b":2},{"a":3}],"metadata":{"resourceVersion":"7","continue":"next"}}`
	var items []string
	info, err := New(strings.NewReader(in)).List(record.Fields{"a": nil}, func(item []byte) error {
		items = append(items, string(item))
		return nil
	})
	if err != nil || info.ResourceVersion != "7" || info.Continue != "next" || !reflect.DeepEqual(items, []string{`{"a":1}`, `{"a":3}`}) {
		t.Errorf("%v %+v %v", err, info, items)
	}
	for _, in := range []string{`{"items":null,"metadata":{}}`, `{"items":[]}`} {
		if _, err := New(strings.NewReader(in)).List(nil, func([]byte) error { return errors.New("an item") }); err != nil {
			t.Errorf("%s: %v", in, err)
		}
	}
	for _, in := range []string{`{"kind":"Status"}`, `[]`, `{"items":[{"a":1}`, ``} {
		if _, err := New(strings.NewReader(in)).List(nil, func([]byte) error { return nil }); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// filter is what a sieve does, of a tree.
func filter(tree any, fields record.Fields) any {
	if fields == nil {
		return tree
	}
	switch v := tree.(type) {
	case map[string]any:
		kept := map[string]any{}
		for k, e := range v {
			if below, ok := fields[k]; ok {
				kept[k] = filter(e, below)
			}
		}
		return kept
	case []any:
		kept := []any{}
		for _, e := range v {
			if m, ok := e.(map[string]any); ok && len(fields) > 0 {
				kept = append(kept, filter(m, fields))
			}
		}
		return kept
	}
	return tree
}

// FuzzNext compares with a filter of the decoded tree.
func FuzzNext(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":"\\\""}],"c":{"a":{"x":1}}}`))
	f.Add([]byte(`[{"a":1},2,[{}],"x"]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fields := record.Fields{"a": nil, "b": {}, "c": {"a": {"x": nil}}}
		var out bytes.Buffer
		err := New(iotest.HalfReader(bytes.NewReader(data))).Next(fields, &out)
		var tree any
		if !json.Valid(data) || json.Unmarshal(data, &tree) != nil || bytes.Contains(data, []byte(`\u`)) {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		var got any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%q becomes %q: %v", data, out.Bytes(), err)
		}
		// Of a key that stands twice the decoder merges what the sieve keeps.
		if want := filter(tree, fields); !reflect.DeepEqual(got, want) && !twice(data) {
			t.Errorf("%q becomes %v, want %v", data, got, want)
		}
	})
}

// twice tells that a key stands twice in an object.
func twice(data []byte) bool {
	for _, k := range []string{`"a"`, `"b"`, `"c"`, `"x"`} {
		if bytes.Count(data, []byte(k)) > 1 {
			return true
		}
	}
	return false
}

// TestTally holds that of a list only the severities are counted, however they are written.
func TestTally(t *testing.T) {
	fields := record.ReportFields(model.OptionalKind(schema.GroupKind{Group: model.GroupTrivy, Kind: "VulnerabilityReport"}))
	for list, want := range map[string]string{
		`[]`: `{"critical":0,"high":0,"medium":0,"low":0,"negligible":0,"unknown":0}`,
		`[{"severity":"CRITICAL","links":[{"severity":"LOW"}]},{"severity":"HIGH"},{"a":1},7,{"severity":7},{"severity":"\u0043RITICAL"},{"severity":"LOW","severity":"NONE"}]`: `{"critical":2,"high":1,"medium":0,"low":0,"negligible":1,"unknown":2}`,
		`{"critical":0}`: `{}`,
		`null`:           `null`,
	} {
		var out bytes.Buffer
		in := `{"report":{"vulnerabilities":` + list + `,"summary":{}}}`
		if err := New(iotest.OneByteReader(strings.NewReader(in))).Next(fields, &out); err != nil || out.String() != `{"report":{"vulnerabilities":`+want+`,"summary":{}}}` {
			t.Errorf("%s: %v, %s", list, err, out.String())
		}
	}
}
