package mask

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// facts masks what is no fact in the values of a ConfigMap that record.FactConfig names. Its texts are mostly files in YAML, which may hold a
// credential too: staticPodURLHeader of a kubelet is one. A text that holds none stays as it is, to the letter.
func (l looker) facts(data any) any {
	values, ok := data.(map[string]any)
	if !ok {
		return scrub(data)
	}
	for key, v := range values {
		if text, ok := v.(string); ok && !credential(key) && !privateKey(text) {
			values[key] = l.file(text)
		} else {
			values[key] = scrub(v)
		}
	}
	return values
}

// file masks a text of one or more documents. One of several lines that is none is masked as a whole: nobody can tell what it holds.
func (l looker) file(text string) string {
	documents := strings.Split(text, "\n---")
	for i, d := range documents {
		masked, ok := l.document(d)
		if !ok {
			if strings.Contains(text, "\n") {
				return Value(text)
			}
			return text
		}
		if masked != d && i > 0 {
			masked = "\n" + masked
		}
		documents[i] = masked
	}
	return strings.Join(documents, "\n---")
}

// document masks one document, which is JSON then; false where it is none.
func (l looker) document(text string) (string, bool) {
	data, err := yaml.ToJSON([]byte(text))
	if err != nil {
		return "", false
	}
	var tree any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if d.Decode(&tree) != nil {
		return "", false
	}
	before, ok := written(tree)
	after, fine := written(l.value("", settings(walker{}.below("", tree))))
	if !ok || !fine {
		return "", false
	}
	if before == after {
		return text, true
	}
	return after, true
}

// settings masks, at and below v, what Kubernetes' own files of settings are known to hold.
func settings(v any) any {
	switch t := v.(type) {
	case map[string]any:
		for k, e := range t {
			if k == "staticPodURLHeader" {
				t[k] = scrub(e)
				continue
			}
			t[k] = settings(e)
		}
	case []any:
		for i, e := range t {
			t[i] = settings(e)
		}
	case string:
		if u, err := url.Parse(t); err == nil && u.User != nil && u.Host != "" {
			if _, secret := u.User.Password(); secret {
				return Text
			}
		}
	}
	return v
}

// written writes a tree as people can read it.
func written(v any) (string, bool) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return out.String(), err == nil
}
