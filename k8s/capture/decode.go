package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"

	"canopy/model/record"
)

// decoder turns pieces into objects. It is safe for use by many goroutines.
type decoder struct {
	*packer
	limits Limits
	maker  record.Maker
}

// outcome is what a piece gave.
type outcome struct {
	objects  []*object
	problems []Problem
	// orphan tells that the piece does not say its kind, and that its list may.
	orphan bool
	// lists counts the lists and plain the documents that were none; served tells that a server gave something out. They
	// serve to recognise dumps.
	lists, plain int
	served       bool
}

// envelope is what every object says of itself.
type envelope struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name              string  `json:"name"`
		GenerateName      string  `json:"generateName"`
		Namespace         string  `json:"namespace"`
		UID               string  `json:"uid"`
		ResourceVersion   *string `json:"resourceVersion"`
		CreationTimestamp *string `json:"creationTimestamp"`
		OwnerReferences   filled  `json:"ownerReferences"`
	} `json:"metadata"`
	Items  json.RawMessage `json:"items"`
	Status filled          `json:"status"`
	// Keys is the number of keys of a Secret in a capture of ours.
	Keys *int `json:"canopyKeys"`
}

// filled tells that a field is there and holds something.
type filled bool

// UnmarshalJSON looks at the size alone.
func (f *filled) UnmarshalJSON(data []byte) error {
	*f = len(data) > 2 && string(data) != "null"
	return nil
}

func (e *envelope) list() bool { return strings.HasSuffix(e.Kind, "List") && len(e.Kind) > 0 }

// served tells that a server gave the object out, and nobody wrote it by hand.
func (e *envelope) served() bool {
	m := &e.Metadata
	return m.UID != "" || m.ResourceVersion != nil || m.CreationTimestamp != nil && *m.CreationTimestamp != "" ||
		bool(m.OwnerReferences || e.Status)
}

func (d *decoder) decode(p *piece) (out outcome) {
	data, root, warnings, err := d.toJSON(p)
	if errors.Is(err, errEmpty) {
		return out
	}
	if err != nil {
		var n *nodeError
		line := 0
		if errors.As(err, &n) {
			line = p.line + n.line - 1
		} else if n := yamlErrorLine(err); n > 0 {
			line = p.line + n - 1
		}
		message := plainError(err)
		if bytes.Contains(p.data, []byte("{{")) {
			message += "; this looks like a template: render it first"
		}
		problem := p.problem(line, message)
		problem.kind = p.implied.GroupKind()
		out.problems = append(out.problems, problem)
		return out
	}
	out.problems = warnings
	u := unit{decoder: d, piece: p, root: root, out: &out}
	u.walk(data, nil, p.implied, p.depth)
	out.doubt(len(warnings))
	if len(u.out.objects) > 0 {
		kept, err := d.keep(p, data)
		if err != nil {
			out.problems = append(out.problems, p.problem(0, err.Error()))
		}
		for _, o := range out.objects {
			o.text = kept
		}
	}
	return out
}

// doubt ties the keys that stand twice, the first n of the problems, to the kinds of the objects that they stand in.
func (out *outcome) doubt(n int) {
	for i := range out.problems[:n] {
		p := &out.problems[i]
		for _, o := range out.objects {
			if o.line <= p.Line || p.kind.Kind == "" {
				p.kind, p.doubt = o.ref.GroupKind(), p.String()
			}
		}
	}
}

// toJSON gives a piece as JSON, checked for depth, and its root where it is YAML.
func (d *decoder) toJSON(p *piece) ([]byte, *yaml.Node, []Problem, error) {
	if !p.yaml {
		return p.data, nil, nil, checkDepth(p.data, d.limits.Depth)
	}
	root, err := parseYAML(p.data)
	if err != nil {
		return nil, nil, nil, err
	}
	w := jsonWriter{out: make([]byte, 0, len(p.data)), limits: &d.limits}
	if err := w.node(root, 0); err != nil {
		return nil, nil, nil, err
	}
	var warnings []Problem
	for _, k := range w.duplicates {
		warning := p.problem(p.line+k.Line-1, fmt.Sprintf("the key %q stands twice; the last one counts", k.Value))
		warning.Skipped = false
		warnings = append(warnings, warning)
	}
	return w.out, root, warnings, nil
}

// checkDepth bounds the nesting of JSON before anything recurses into it.
func checkDepth(data []byte, limit int) error {
	depth, line := 0, 1
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '\n':
			line++
		case '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			if depth++; depth > limit {
				return &nodeError{line, overLimit("nesting", int64(limit))}
			}
		case '}', ']':
			depth--
		}
	}
	return nil
}

// unit decodes one piece.
type unit struct {
	*decoder
	piece *piece
	// root is nil where the piece is JSON.
	root *yaml.Node
	out  *outcome
}

// bad notes that the part of the piece at a place is skipped.
func (u *unit) bad(place []int, kind schema.GroupKind, format string, args ...any) {
	p := u.piece.problem(u.line(place), fmt.Sprintf(format, args...))
	p.kind = kind
	u.out.problems = append(u.out.problems, p)
}

// walk decodes an object or a list of them.
func (u *unit) walk(data []byte, place []int, implied schema.GroupVersionKind, depth int) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		u.bad(place, implied.GroupKind(), "not an object: want a mapping with apiVersion, kind and metadata")
		return
	}
	var e envelope
	if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &e); err != nil {
		u.badJSON(place, data, &envelope{}, implied.GroupKind(), err)
		return
	}
	if e.Kind == "" && implied.Kind != "" {
		e.APIVersion, e.Kind = implied.GroupVersion().String(), implied.Kind
	}
	if e.Kind == "" && u.piece.list != nil {
		u.out.orphan = true
		return
	}
	if e.Kind == "" || e.APIVersion == "" {
		missing := "apiVersion"
		if e.Kind == "" {
			missing = "kind"
		}
		u.bad(place, schema.GroupKind{}, "%s is missing", missing)
		return
	}
	gv, err := schema.ParseGroupVersion(e.APIVersion)
	if err != nil {
		u.bad(place, schema.GroupKind{}, "apiVersion: %v", err)
		return
	}
	gvk := gv.WithKind(e.Kind)
	if e.list() && (len(e.Items) > 0 || e.Metadata.Name == "") {
		u.list(&e, gvk, place, depth)
		return
	}
	if depth == 0 {
		u.out.plain++
	}
	if ignored(gvk) {
		return
	}
	u.object(data, &e, gvk, place)
}

// ignored tells files that belong to tools and describe no object.
func ignored(gvk schema.GroupVersionKind) bool {
	return gvk.Group == "kustomize.config.k8s.io" || gvk.Group == "kind.x-k8s.io" ||
		gvk.Group == "" && gvk.Version == "v1" && gvk.Kind == "Config"
}

func (u *unit) list(e *envelope, gvk schema.GroupVersionKind, place []int, depth int) {
	if depth >= maxLists {
		u.bad(place, schema.GroupKind{}, "%v", overLimit("nesting of lists", maxLists))
		return
	}
	u.out.lists++
	u.out.served = u.out.served || e.Metadata.ResourceVersion != nil
	if len(e.Items) == 0 || string(e.Items) == "null" {
		return
	}
	var items []json.RawMessage
	if err := json.Unmarshal(e.Items, &items); err != nil {
		u.bad(place, itemKind(gvk).GroupKind(), "items is no list")
		return
	}
	for i, item := range items {
		u.walk(item, append(place[:len(place):len(place)], i), itemKind(gvk), depth+1)
	}
}

// itemKind is the kind that a typed list gives its items: none for List, whose items say theirs.
func itemKind(list schema.GroupVersionKind) schema.GroupVersionKind {
	list.Kind = strings.TrimSuffix(list.Kind, "List")
	if list.Kind == "" {
		return schema.GroupVersionKind{}
	}
	return list
}

func (u *unit) object(data []byte, e *envelope, gvk schema.GroupVersionKind, place []int) {
	r, ok := readingOf(gvk)
	if !ok {
		u.bad(place, r.gvk.GroupKind(), "%s %s: no release of Kubernetes had this version", e.APIVersion, e.Kind)
		return
	}
	if message := unknownKind(gvk); message != "" {
		lost := suggestedKind(gvk)
		if lost.Empty() {
			lost = gvk
		}
		u.bad(place, lost.GroupKind(), "%s", message)
		return
	}
	u.out.served = u.out.served || e.served()
	o := &object{file: u.piece.file, document: u.piece.document, place: place, line: u.line(place)}
	if e.Metadata.UID != "" && e.Metadata.ResourceVersion != nil {
		o.revision = e.Metadata.UID + "/" + *e.Metadata.ResourceVersion
	}
	name := e.Metadata.Name
	if name == "" && e.Metadata.GenerateName != "" {
		name = madeUpName(e.Metadata.GenerateName, data)
		o.generated = name
	}
	if err := checkName(name, e.Metadata.Namespace); err != nil {
		u.bad(place, r.gvk.GroupKind(), "%s: %v", e.Kind, err)
		return
	}
	namespace := e.Metadata.Namespace
	switch r.namespaced {
	case scopeNamespace:
		if namespace == "" {
			namespace = "default"
		}
	case scopeCluster:
		namespace = ""
	}
	o.ref = r.ref(namespace, name)
	if field := boundless(e.Kind, data); field != "" {
		u.bad(place, r.gvk.GroupKind(), "%s: the exponent of %s is none that a quantity can have", e.Kind, field)
		return
	}
	o.unjudged = r.kind == nil && holdsPods(gvk, data)
	warnings, err := u.fill(o, &r, data, e)
	if err != nil {
		u.badJSON(place, data, r.target(), r.gvk.GroupKind(), err)
		return
	}
	for _, w := range warnings {
		p := u.piece.problem(o.line, w)
		p.Skipped, p.kind = false, r.gvk.GroupKind()
		if strings.HasPrefix(w, "duplicate field") {
			p.Message += " stands twice; the last one counts"
			p.doubt = p.String()
		}
		u.out.problems = append(u.out.problems, p)
	}
	u.out.objects = append(u.out.objects, o)
}

// checkName holds what every API server holds: a name is one segment of a path.
func checkName(name, namespace string) error {
	if name == "" {
		return errors.New("metadata.name is missing")
	}
	for _, n := range []struct{ field, value string }{{"name", name}, {"namespace", namespace}} {
		if len(n.value) > 253 {
			return fmt.Errorf("metadata.%s is longer than 253 bytes", n.field)
		}
		if n.value == "" {
			continue
		}
		if wrong := content.IsPathSegmentName(n.value); len(wrong) > 0 {
			return fmt.Errorf("metadata.%s %q %s", n.field, n.value, strings.Join(wrong, ", "))
		}
	}
	return nil
}

// madeUpName stands for the name that a server would make up: the same on every run, whatever the file is called.
func madeUpName(prefix string, data []byte) string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	h := fnv.New64a()
	_, _ = h.Write(data)
	sum := h.Sum64()
	end := make([]byte, 5)
	for i := range end {
		end[i] = letters[sum%uint64(len(letters))]
		sum /= uint64(len(letters))
	}
	return prefix[:min(len(prefix), 248)] + string(end)
}
