package mask

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// looker goes through what the lists of keys have left, and masks what an inspector finds a credential in: what is flagged must stand in
// nothing that is shown or written. With no inspector it looks at addresses alone.
type looker struct {
	inspector model.Inspector
	// custom is set where labels are what a finding may be about, too; schema where keys are the names of fields, which are public.
	custom, schema bool
}

// object looks at a whole object. What names it and its relatives stays: no credential can be a name of the API.
func (l looker) object(o map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(o)) {
		switch k {
		case "apiVersion", "kind":
		case "metadata":
			if m, ok := o[k].(map[string]any); ok {
				l.metadata(m)
			}
		default:
			o[k] = l.value(k, o[k])
		}
	}
}

func (l looker) metadata(m map[string]any) {
	for k, v := range m {
		switch k {
		case "annotations":
			m[k] = l.value(k, v)
		case "labels":
			m[k] = l.labels(v)
		}
	}
}

// value looks at and below what stands under a key, and gives what shall stand there.
func (l looker) value(name string, v any) any {
	switch t := v.(type) {
	case string:
		return l.text(name, t)
	case []any:
		for i := range t {
			t[i] = l.value(name, t[i])
		}
	case map[string]any:
		l.keys(t)
		for k := range t {
			switch k {
			case "labels", "matchLabels", "nodeSelector", "selector":
				if !l.custom {
					t[k] = l.labels(t[k])
					continue
				}
			case "encryptedData":
				// Ciphertext, as of a SealedSecret.
				continue
			case "image", "imageID", "containerID":
				// They identify; a digest is no secret.
				if s, ok := t[k].(string); ok {
					t[k] = l.labels(s)
					continue
				}
			case "default":
				// That of a field in a schema.
				t[k] = l.value(name, t[k])
				continue
			}
			t[k] = l.value(named(t, k), t[k])
		}
	}
	return v
}

// named gives what a value goes by that stands beside its name.
func named(entry map[string]any, key string) string {
	if key != "value" {
		return key
	}
	for _, field := range []string{"name", "key"} {
		if name, ok := entry[field].(string); ok && name != "" {
			return name
		}
	}
	return key
}

// labels looks at labels and at what selects by them. They are names of the API, and some go by "token" for good reasons: only what proves
// by its form what it is counts.
func (l looker) labels(v any) any {
	switch t := v.(type) {
	case string:
		if !nameLike(t) {
			return l.text("", t)
		}
		if t = addresses(t); l.inspector != nil && slices.ContainsFunc(l.inspector.Inspect("", "", t), func(e model.Exposure) bool { return e.Sure }) {
			return Value(t)
		}
		return t
	case []any:
		for i := range t {
			t[i] = l.labels(t[i])
		}
	case map[string]any:
		for k, e := range t {
			t[k] = l.labels(e)
		}
	}
	return v
}

// nameLike tells what can be a name, a label or a reference of an image: of anything else an address or a sentence may be told.
func nameLike(s string) bool {
	for i := range len(s) {
		if !letter(s[i]) && !digit(s[i]) && strings.IndexByte("._-/:@+", s[i]) < 0 {
			return false
		}
	}
	return true
}

// keys masks the keys of a map that are credentials, or hold one.
func (l looker) keys(m map[string]any) {
	if l.inspector == nil || l.schema {
		return
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if safe, _ := record.InspectKey(l.inspector, "", k); safe != record.Hidden {
			continue
		}
		hidden := Text
		for n := 2; ; n++ {
			if _, taken := m[hidden]; !taken {
				break
			}
			hidden = Text + "-" + strconv.Itoa(n)
		}
		m[hidden] = m[k]
		delete(m, k)
	}
}

// text masks a text: of its addresses what opens doors, and all of it where a credential is found in what is left.
func (l looker) text(name, s string) string {
	if s == "" || s == Text {
		return s
	}
	s = addresses(s)
	if l.inspector != nil && len(l.inspector.Inspect("", name, s)) > 0 {
		return Text
	}
	return s
}
