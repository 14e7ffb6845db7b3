package capture

import (
	"bytes"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
)

// text is a piece of a file as it stood there, less the values of Secrets and kubectl's copies of objects, so that no
// memory of ours leads to them.
type text struct {
	packed packed
	yaml   bool
	// line is the line of the file where it begins; 0 where its lines are not those of the file.
	line int
}

// json gives the text as JSON.
func (t *text) json(limits *Limits) ([]byte, error) {
	data, err := t.packed.unpack()
	if err != nil || !t.yaml {
		return data, err
	}
	root, err := parseYAML(data)
	if err != nil {
		return nil, err
	}
	w := jsonWriter{limits: limits}
	if err := w.node(root, 0); err != nil {
		return nil, err
	}
	return w.out, nil
}

// tree gives an object of the text as a map.
func (t *text) tree(place []int, limits *Limits) (map[string]any, error) {
	data, err := t.json(limits)
	if err != nil {
		return nil, err
	}
	var root any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &root); err != nil {
		return nil, err
	}
	for _, i := range place {
		m, _ := root.(map[string]any)
		items, _ := m["items"].([]any)
		if i >= len(items) {
			return nil, fmt.Errorf("kept text: no item %d", i)
		}
		root = items[i]
	}
	m, ok := root.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("kept text: no object")
	}
	return m, nil
}

// hides tells that a document, as JSON, may hold what must not be kept.
func hides(data []byte) bool {
	return bytes.Contains(data, []byte(corev1.LastAppliedConfigAnnotation)) || bytes.Contains(data, []byte(`Secret"`)) ||
		bytes.Contains(data, []byte(secretList)) ||
		bytes.Contains(data, []byte(`\u`))
}

// keep makes the text of a piece. asJSON is the piece as JSON.
func (d *decoder) keep(p *piece, asJSON []byte) (*text, error) {
	if p.implied.Kind != "Secret" && !hides(asJSON) {
		return &text{packed: d.pack(p.data), yaml: p.yaml, line: p.line}, nil
	}
	secrets := p.implied.Kind == "Secret" || bytes.Contains(asJSON, []byte(secretList))
	if secrets {
		// Their items need not say that they are Secrets.
	} else if p.yaml {
		if clean, ok := scrubYAML(p.data); ok {
			return &text{packed: d.pack(clean), yaml: true, line: p.line}, nil
		}
	} else if clean, ok := scrubJSON(p.data); ok {
		return &text{packed: d.pack(clean), line: p.line}, nil
	}
	// The form is too odd to keep it in place. The content counts more than the lines.
	var root any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(asJSON, &root); err != nil {
		return nil, err
	}
	scrubTree(root, p.implied.Kind == "Secret")
	clean, err := json.Marshal(root)
	if err != nil {
		return nil, err
	}
	return &text{packed: d.pack(clean)}, nil
}

const secretList = `SecretList"`

// scrubTree empties the values of Secrets and drops kubectl's copies, at any depth.
func scrubTree(v any, secret bool) {
	switch t := v.(type) {
	case map[string]any:
		delete(t, corev1.LastAppliedConfigAnnotation)
		if secret || t["kind"] == "Secret" {
			for _, field := range []string{"data", "stringData"} {
				m, ok := t[field].(map[string]any)
				if !ok {
					delete(t, field)
				}
				for k := range m {
					m[k] = ""
				}
			}
		}
		for k, e := range t {
			scrubTree(e, k == "items" && t["kind"] == "SecretList")
		}
	case []any:
		for _, e := range t {
			scrubTree(e, secret)
		}
	}
}
