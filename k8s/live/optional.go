package live

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/k8s/served"
	"canopy/model"
	"canopy/model/record"
)

// follow reads what the server serves, and no longer what it does not. It tells whether a kind is listed that turned out to
// be gone; with anew its reading begins again, since it may have come back.
func (o *scout) follow(answer *served.Answer, anew bool) (lost bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answered = true
	var added []*model.Kind
	for _, k := range o.kinds {
		gk := k.GroupKind()
		b, taken := o.branch(gk)
		if taken {
			continue
		}
		now, silent := answer.Has(gk), answer.Silent[gk.Group]
		if b != nil && now != nil && b.lost.Swap(false) {
			lost = true
			if anew {
				b.retire()
				b = nil
			} else {
				b.whole.teller.failed(fault{kind: faultAbsent, reason: "not served, though the server lists it"})
			}
		}
		if b != nil && (now == nil && silent == "" || now != nil && *now != *b.whole.kind) {
			b.retire()
			b = nil
		}
		switch {
		case now != nil && b == nil:
			added = append(added, now)
			delete(o.unknown, gk)
		case b != nil:
		case silent != "" && !answer.Twin(gk) && !shown(answer, gk):
			o.doubt(gk, silent)
		default:
			o.clear(gk)
		}
	}
	if err := o.session.start(added, true); err != nil {
		o.session.options.Log.Error("optional kinds", "err", err)
	}
	return lost
}

// shown tells that a kind which is read shows the objects of another.
func shown(answer *served.Answer, gk schema.GroupKind) bool {
	return slices.ContainsFunc(answer.Kinds, func(k *model.Kind) bool {
		twin := k.Twin()
		return twin != nil && twin.GroupKind() == gk
	})
}

// branch gives the branch of an optional kind; taken tells that the kind is read because somebody opened it, and stays.
func (o *scout) branch(gk schema.GroupKind) (b *branch, taken bool) {
	s := o.session
	s.mu.Lock()
	defer s.mu.Unlock()
	b = s.branches[gk]
	if b != nil && !b.optional {
		return nil, true
	}
	return b, false
}

// resign tells that nobody knows which of the kinds are served, but of those that are read. Once the server has answered, its
// last answer holds.
func (o *scout) resign(reason string) {
	o.mu.Lock()
	for _, k := range o.kinds {
		if o.answered {
			break
		}
		if b, taken := o.branch(k.GroupKind()); b == nil && !taken {
			o.doubt(k.GroupKind(), reason)
		}
	}
	o.mu.Unlock()
	o.settle()
}

// doubt tells that nobody knows whether a kind is served; o.mu must be held.
func (o *scout) doubt(gk schema.GroupKind, reason string) {
	if was, ok := o.unknown[gk]; ok && was == reason {
		return
	}
	o.unknown[gk] = reason
	o.session.sink.Cover(model.Coverage{Kind: gk, State: model.Absent, Since: o.session.options.Clock.Now().Unix(),
		Reason: "whether the server has this kind is not known: " + reason})
}

// clear takes back what doubt told; o.mu must be held.
func (o *scout) clear(gk schema.GroupKind) {
	if _, ok := o.unknown[gk]; ok {
		delete(o.unknown, gk)
		o.session.sink.Cover(model.Coverage{Kind: gk, State: model.Withdrawn})
	}
}

// contradicted tells that the definitions which were read say otherwise than the server's answer. The server makes a
// definition known first, and begins or ends to serve its kind some moments later.
func (o *scout) contradicted(answer *served.Answer) bool {
	definitions := o.definitions.Load()
	if definitions == nil || !definitions.complete() {
		return false
	}
	defined := map[schema.GroupKind]*definition{}
	for _, item := range definitions.informer.GetStore().List() {
		if r, ok := item.(*record.Custom); ok {
			if d := definitionOf(r); d != nil && o.groups[d.kind.Group] {
				defined[d.kind] = d
			}
		}
	}
	for _, k := range o.kinds {
		gk := k.GroupKind()
		d, now := defined[gk], answer.Has(gk)
		switch {
		case answer.Silent[gk.Group] != "" || answer.Twin(gk):
		case d == nil:
			if now != nil && !o.aggregated(gk.Group) {
				return true
			}
		case d.leaving || !d.established && now == nil:
		case now == nil, !slices.Contains(d.versions, now.Version), now.Version != k.Version && slices.Contains(d.versions, k.Version):
			return true
		}
	}
	return false
}

// aggregated tells that an API server of its own may serve a group.
func (o *scout) aggregated(group string) bool {
	services := o.services.Load()
	if services == nil || !services.complete() {
		return true
	}
	for _, item := range services.informer.GetStore().List() {
		r, ok := item.(*record.Custom)
		if !ok {
			continue
		}
		if spec, _ := r.Body["spec"].(map[string]any); spec["group"] == group && spec["service"] != nil {
			return true
		}
	}
	return false
}

// definition is what a CustomResourceDefinition says of its kind.
type definition struct {
	kind     schema.GroupKind
	versions []string
	// established tells that the server has begun to serve it, leaving that it is about to stop.
	established, leaving bool
}

func definitionOf(r *record.Custom) *definition {
	spec, _ := r.Body["spec"].(map[string]any)
	names, _ := spec["names"].(map[string]any)
	d := &definition{leaving: r.Deleted != 0}
	d.kind.Group, _ = spec["group"].(string)
	d.kind.Kind, _ = names["kind"].(string)
	if d.kind.Group == "" || d.kind.Kind == "" {
		return nil
	}
	versions, _ := spec["versions"].([]any)
	for _, v := range versions {
		if version, _ := v.(map[string]any); version["served"] == true {
			name, _ := version["name"].(string)
			d.versions = append(d.versions, name)
		}
	}
	status, _ := r.Body["status"].(map[string]any)
	conditions, _ := status["conditions"].([]any)
	for _, c := range conditions {
		if condition, _ := c.(map[string]any); condition["type"] == "Established" {
			d.established = condition["status"] == "True"
		}
	}
	return d
}
