package attack

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/attack/digraph"
	"canopy/analysis/escape"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/record"
)

// prove says why a hop is there: which object opens it, by which fields, and what edit of one object ends it.
func (q *asker) prove(h *Hop, lines []digraph.Edge) {
	h.Proof.Subject = -1
	var before key
	for i := range lines {
		k := q.a.keys[lines[i].To]
		from := q.a.keys[lines[i].From]
		switch k.kind {
		case binding, joint:
			q.proveBinding(h, k, from)
			for _, more := range lines[i+1:] {
				// Of several bindings that it takes one is shown by what all of them grant.
				if next := q.a.keys[more.To]; next.kind == joint && len(h.Proof.Evidence) == 0 {
					q.proveBinding(h, next, from)
				}
			}
			return
		case token:
			q.proveToken(h, k)
			return
		case escapes:
			q.proveEscape(h, k, q.a.keys[lines[i+1].To].kind)
			return
		case way:
			q.proveWay(h, k)
			return
		case talks:
			q.proveLateral(h)
			return
		case hook:
			q.proveHook(h, k)
			return
		}
		before = from
	}
	q.proveRest(h, before)
}

// proveBinding shows the rules of the role, the reference to it, and the subject.
func (q *asker) proveBinding(h *Hop, k, from key) {
	p := &h.Proof
	p.Object = k.ref
	who := from.subject()
	if b, ok := q.w.Access.Binding(k.ref); ok {
		p.Role = b.Role
	}
	p.Match, p.Subject = q.w.Privilege.Match(q.w.Access, k.ref, who)
	if h.From.Type == Identity && h.From.Subject != who {
		p.Match = who.String()
	}
	h.Cut = model.Cut{Object: k.ref, Edit: cutBinding}
	if h.Edge == everything {
		q.proveEverything(p, k.ref)
		return
	}
	p.Evidence = q.w.Privilege.Shown(q.w.Access, k.ref, h.Edge, who)
	p.Summary = h.Edge + " " + placeOf(k.ref)
	if e := q.a.byID[h.Edge]; e < len(q.a.edges) && q.a.edges[e].ID == h.Edge {
		p.Summary = q.a.edges[e].Title + " " + placeOf(k.ref)
	}
	for i := range p.Evidence {
		if strings.HasPrefix(p.Evidence[i].Path, "rules[") {
			p.Summary = said(p.Evidence[i].Value) + " " + placeOf(k.ref)
			break
		}
	}
}

// everything is the edge of a binding that gives every permission.
const everything = "I-03"

// proveEverything shows the rule that grants all.
func (q *asker) proveEverything(p *Proof, ref model.Ref) {
	p.Summary = "every permission " + placeOf(ref)
	rules, _ := q.w.Access.Rules(p.Role)
	for i := range rules {
		if r := rules[i]; rbac.GrantsAll(r.PolicyRule) {
			p.Evidence = append(p.Evidence, model.Evidence{Object: r.Role, Path: "rules[" + strconv.Itoa(r.Index) + "]", Value: "* on *"})
			break
		}
	}
	p.Evidence = append(p.Evidence, model.Evidence{Object: ref, Path: "roleRef.name", Value: p.Role.Name})
	if b, ok := q.w.Access.Binding(ref); ok && p.Subject >= 0 && p.Subject < len(b.Subjects) {
		p.Evidence = append(p.Evidence, model.Evidence{Object: ref, Path: "subjects[" + strconv.Itoa(p.Subject) + "]", Value: b.Subjects[p.Subject].Kind + " " + b.Subjects[p.Subject].Name})
	}
}

// What edits do.
const (
	cutBinding = model.CutBinding
	cutToken   = model.CutToken
	cutEscapes = model.CutEscapes
	cutWay     = model.CutWay
	cutRole    = model.CutRole
	cutLevel   = model.CutLevel
)

// proveToken shows the field by which a token is mounted.
func (q *asker) proveToken(h *Hop, k key) {
	p := &h.Proof
	p.Object = k.ref
	p.Summary = "token of account " + k.extra + " is mounted"
	q.shaped(k.ref, func(s *shape, object model.Ref) bool {
		if s.account != k.extra {
			return false
		}
		if !s.holdsToken(q.w.Cluster, k.ref.Namespace) {
			if s.foreign != "" {
				p.Evidence = []model.Evidence{{Object: object, Path: within(object, s.foreignPath) + ".audience", Value: s.foreign}}
			}
			return s.foreign != ""
		}
		value := s.automount
		if s.tokenPath == "spec.serviceAccountName" || value == "" {
			value = s.account
		}
		p.Evidence = []model.Evidence{{Object: object, Path: within(object, s.tokenPath), Value: value}}
		return true
	})
	h.Cut = model.Cut{Object: k.ref, Edit: cutToken}
}

// proveEscape shows the fields that open the way out.
func (q *asker) proveEscape(h *Hop, k key, to kind) {
	p := &h.Proof
	p.Object = k.ref
	kind := escape.ToNode
	switch to {
	case held:
		kind = escape.ToTokens
	case admin:
		kind = escape.ToControlPlane
	}
	q.shaped(k.ref, func(s *shape, object model.Ref) bool {
		for i := range s.escapes {
			e := &s.escapes[i]
			if e.Kind != kind || e.Edge != h.Edge {
				continue
			}
			for _, line := range e.Evidence {
				line.Object, line.Path = object, within(object, line.Path)
				p.Evidence = append(p.Evidence, line)
			}
			return true
		}
		return false
	})
	if e, ok := q.a.byID[h.Edge]; ok {
		p.Summary = q.a.edges[e].Title
	}
	if q.supplied(k.ref) != byKubelet {
		h.Cut = model.Cut{Object: k.ref, Edit: cutEscapes}
	}
}

// proveWay shows the fields that let somebody in.
func (q *asker) proveWay(h *Hop, k key) {
	p := &h.Proof
	p.Object, p.Summary = k.ref, "by "+k.ref.Kind+" "+k.ref.Name
	if q.supplied(k.ref) != byKubelet {
		h.Cut = model.Cut{Object: k.ref, Edit: cutWay}
	}
	// Not only pods that are there are led to, but those too that are to come.
	for _, w := range q.w.Ways.Ways(q.w.Cluster, h.To.Ref.Namespace) {
		if !public(w) || entrance(w) != k {
			continue
		}
		for _, t := range w.Targets {
			if q.w.Cluster.TopOwner(t.Pod) != h.To.Ref {
				continue
			}
			p.Evidence = w.Shown(q.w.Cluster, t.Pod)
			p.Summary = "by " + w.How + " " + k.ref.Name
			if w.Address != "" {
				p.Summary += " at " + w.Address
			}
			return
		}
	}
}

// shaped goes through the shapes of an owner's pods, each with the object whose field shows it: the owner, where its template says so, else
// a pod. It ends where f has what it wants.
func (q *asker) shaped(owner model.Ref, f func(s *shape, object model.Ref) bool) {
	if w, ok := q.w.Cluster.Get(owner).(*record.Workload); ok && !w.Template.IsZero() && f(q.a.shapes.of(w.Template), owner) {
		return
	}
	seen := map[record.Template]struct{}{}
	for p := range q.w.Cluster.Pods(owner) {
		if _, ok := seen[p.Template]; p.Finished() || ok && len(p.Ephemeral()) == 0 {
			continue
		}
		seen[p.Template] = struct{}{}
		if len(p.Ephemeral()) == 0 {
			if f(q.a.shapes.of(p.Template), p.Ref()) {
				return
			}
			continue
		}
		if f(readShape(&corev1.PodTemplateSpec{ObjectMeta: p.Template.Decode().ObjectMeta, Spec: *p.Spec()}, q.a.shapes.conditions), p.Ref()) {
			return
		}
	}
}

// within gives the path of a field of a pod template in the object that holds it.
func within(object model.Ref, path string) string {
	return strings.TrimSuffix(record.TemplatePath(object.Kind), "spec") + path
}
