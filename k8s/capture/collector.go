package capture

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// collector puts the outcomes together, in the order of the files.
type collector struct {
	*decoder
	objects  map[key]*object
	problems problems
	events   ring
	// lists and plain count lists and the documents that stood by themselves; served tells that a server gave any out.
	lists, plain int
	served       bool
	kinds        map[schema.GroupKind]*model.Kind
	// unjudged are the kinds whose objects hold pod specs that no rule looks at.
	unjudged map[schema.GroupKind]bool
}

func newCollector(d *decoder) *collector {
	return &collector{decoder: d, objects: map[key]*object{}, problems: problems{limit: d.limits.Problems},
		kinds: map[schema.GroupKind]*model.Kind{}, unjudged: map[schema.GroupKind]bool{}}
}

// take takes one step of the reading.
func (c *collector) take(t *task) {
	if l := t.list; l != nil {
		c.lists++
		for _, p := range l.orphans {
			p.list, p.implied = nil, t.implied
			c.add(c.decode(p))
		}
		l.orphans = nil
		return
	}
	if t.out.orphan {
		l := t.piece.list
		if l.bytes += int64(len(t.piece.data)); l.bytes > c.limits.DocumentBytes {
			c.problems.add(t.piece.problem(0, overLimit("what stands before the kind of its list", c.limits.DocumentBytes).Error()))
			return
		}
		l.orphans = append(l.orphans, t.piece)
		return
	}
	c.add(t.out)
}

func (c *collector) add(out outcome) {
	c.problems.add(out.problems...)
	c.lists += out.lists
	c.plain += out.plain
	c.served = c.served || out.served
	for _, o := range out.objects {
		if o.event != nil {
			c.events.add(*o.event)
			continue
		}
		c.put(o)
	}
}

func (c *collector) put(o *object) {
	k := keyOf(o.ref)
	if old := c.objects[k]; old != nil && !sameRevision(old, o) {
		doubt := fmt.Sprintf("%s stands twice: %s:%d and %s:%d; only the last was judged", o.ref, old.file.name, old.line, o.file.name, o.line)
		c.problems.add(Problem{File: o.file.name, Document: o.document, Line: o.line, kind: k.kind, doubt: doubt,
			Message: fmt.Sprintf("%s stands twice; this one counts, not the one of %s:%d", o.ref, old.file.name, old.line)})
	}
	if o.unjudged {
		c.unjudged[k.kind] = true
	}
	c.objects[k] = o
}

// sameRevision tells a copy, as must-gather makes them, from another word on the same object.
func sameRevision(a, b *object) bool { return a.revision != "" && a.revision == b.revision }

// settle gives custom resources the scope that their definitions tell, and all of a kind one description.
func (c *collector) settle() {
	scopes := map[schema.GroupKind]*model.Kind{}
	for k, o := range c.objects {
		if k.kind.Kind != "CustomResourceDefinition" {
			continue
		}
		if d, ok := o.record.(*record.Custom); ok {
			if kind := definedKind(d.Body); kind != nil {
				scopes[kind.GroupKind()] = kind
			}
		}
	}
	var move []*object
	for k, o := range c.objects {
		its := untypedKind(o.record)
		if its == nil || model.BuiltIn(k.kind) != nil {
			continue
		}
		kind := c.kinds[k.kind]
		if kind == nil {
			kind = guessedKind(o.ref)
			if d := scopes[k.kind]; d != nil {
				kind.Resource, kind.Namespaced = d.Resource, d.Namespaced
			}
			c.kinds[k.kind] = kind
		}
		if o.ref.Namespace != "" && scopes[k.kind] == nil {
			kind.Namespaced = true
		}
		// Objects of one kind may be written in several versions; the reference keeps its own.
		if kind.Version == o.ref.Version {
			*its = kind
		}
		if d := scopes[k.kind]; d != nil && d.Namespaced != (o.ref.Namespace != "") {
			move = append(move, o)
		}
	}
	for gk, kind := range scopes {
		if c.kinds[gk] == nil {
			c.kinds[gk] = kind
		}
	}
	for _, o := range move {
		delete(c.objects, keyOf(o.ref))
		o.ref.Namespace = ""
		if scopes[o.ref.GroupKind()].Namespaced {
			o.ref.Namespace = "default"
		}
		o.record.SetNamespace(o.ref.Namespace)
		c.put(o)
	}
}

// untypedKind gives where a record without a type of its own keeps its kind; nil for all others.
func untypedKind(r model.Record) **model.Kind {
	switch r := r.(type) {
	case *record.Custom:
		return &r.Kind
	case *record.Scan:
		return &r.Kind
	case *record.Assessment:
		return &r.Kind
	}
	return nil
}

// definedKind reads a CustomResourceDefinition; nil where it defines nothing.
func definedKind(body map[string]any) *model.Kind {
	spec := child(body, "spec")
	names := child(spec, "names")
	k := &model.Kind{Namespaced: spec["scope"] == "Namespaced"}
	k.Group, _ = spec["group"].(string)
	k.Kind, _ = names["kind"].(string)
	k.Resource, _ = names["plural"].(string)
	each(spec["versions"], func(v map[string]any) {
		if name, _ := v["name"].(string); k.Version == "" || v["storage"] == true {
			k.Version = name
		}
	})
	if k.Group == "" || k.Kind == "" {
		return nil
	}
	return k
}
