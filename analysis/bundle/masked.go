package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/manifest"
	"canopy/model"
	"canopy/model/mask"
	"canopy/model/undo"
)

// masked lists the fields at and below a value that were masked, as spec.containers[0].args[1].
func masked(v any, at string) []string {
	switch t := v.(type) {
	case string:
		if strings.Contains(t, mask.Text) {
			return []string{at}
		}
	case map[string]any:
		var list []string
		for _, k := range keys(t) {
			below := k
			if strings.ContainsAny(k, "./[") {
				below = "[" + k + "]"
			} else if at != "" {
				below = "." + k
			}
			list = append(list, masked(t[k], at+below)...)
		}
		return list
	case []any:
		var list []string
		for i := range t {
			list = append(list, masked(t[i], at+"["+strconv.Itoa(i)+"]")...)
		}
		return list
	}
	return nil
}

func keys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// escape writes a key as a part of a JSON pointer (RFC 6901), unescape reads it.
func escape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

func unescape(part string) string {
	return strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
}

// dotted gives a JSON pointer as people write paths.
func dotted(pointer string) string {
	var b strings.Builder
	for i, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		part = unescape(part)
		switch {
		case part != "" && strings.Trim(part, "0123456789") == "" || strings.ContainsAny(part, "./["):
			b.WriteString("[" + part + "]")
		case i > 0:
			b.WriteString("." + part)
		default:
			b.WriteString(part)
		}
	}
	return b.String()
}

// parsed reads the operations of a JSON patch.
func parsed(body []byte) ([]map[string]any, error) {
	var ops []map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	err := d.Decode(&ops)
	return ops, err
}

// hidden lists what a patch writes over a masked value, and what comes out is masked too: compared with each other, both look the
// same. To tell, the patch is applied here to the object as it is known.
func (b *builder) hidden(i int, back model.Step) ([]map[string]any, error) {
	step := &b.fix.Documents[i].Step
	object := b.before(step.Ref)
	if object == nil || b.nextOn(i, step.Ref, -1) != "" {
		return nil, nil
	}
	before, after := foretold(object, step)
	if after == nil {
		return nil, nil
	}
	local, err := undo.Invert(before, after)
	if err != nil {
		return nil, nil //nolint:nilerr // what cannot be compared is told by the other comparison
	}
	told, err := parsed(back.Body)
	if err != nil {
		return nil, err
	}
	ops, err := parsed(local.Body)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(ops, func(op map[string]any) bool {
		return op["op"] == "test" || len(masked(op["value"], "")) == 0 ||
			slices.ContainsFunc(told, func(o map[string]any) bool { return o["path"] == op["path"] && o["op"] == op["op"] })
	}), nil
}

// patch puts back what a patch changed. Values that were masked are left to the user: an operation that would write one stands as a
// comment, and the patch does nothing until somebody has filled it in.
func (s *stepBack) patch(back model.Step, hidden []map[string]any, saved string) error {
	ops, err := parsed(back.Body)
	if err != nil {
		return err
	}
	var known, open []map[string]any
	untested := 0
	for _, op := range append(ops, hidden...) {
		switch {
		case len(masked(op["value"], "")) == 0:
			known = append(known, op)
		case op["op"] == "test":
			untested++
		default:
			open = append(open, op)
			known = append(known, op)
		}
	}
	if untested > 0 {
		s.comments = append(s.comments, fmt.Sprintf("%d fields whose values are not known here are not compared before they change", untested))
	}
	s.command = "kubectl patch " + target(s.ref) + " --type json --patch-file " + s.file
	if len(open) == 0 {
		text, err := operations(known)
		s.text = text
		return err
	}
	s.saved, s.whole = saved, false
	s.comments = append(s.comments, "values that were never read are to be filled in: save the object before you apply the fix: "+s.save(),
		"then put them in below, take the number signs off these lines, and take out the first operation, which stops the patch till then")
	return s.fillable(known, saved)
}

// operations writes a list of operations as YAML.
func operations(ops []map[string]any) ([]byte, error) {
	data, err := json.Marshal(ops)
	if err != nil {
		return nil, err
	}
	return manifest.FromJSON(data)
}

// fillable writes operations, those that hold a masked value as comments.
func (s *stepBack) fillable(ops []map[string]any, saved string) error {
	var b bytes.Buffer
	stop, err := operations([]map[string]any{{"op": "test", "path": "/metadata/name", "value": "values have to be filled in"}})
	if err != nil {
		return err
	}
	b.Write(stop)
	for _, op := range ops {
		if len(masked(op["value"], "")) > 0 {
			pointer, _ := op["path"].(string)
			comment(&b, "value of "+dotted(strings.TrimSuffix(pointer, "/-"))+" in "+saved+":")
			bare := map[string]any{"op": op["op"], "path": op["path"]}
			text, err := operations([]map[string]any{bare})
			if err != nil {
				return err
			}
			for _, l := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
				b.WriteString("# " + l + "\n")
			}
			b.WriteString("#   value:\n")
			continue
		}
		text, err := operations([]map[string]any{op})
		if err != nil {
			return err
		}
		b.Write(text)
	}
	s.text = b.Bytes()
	return nil
}
