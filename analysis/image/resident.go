package image

import (
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/image/reference"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// resident is a pod that has not ended, with the images that it runs.
type resident struct {
	ref      model.Ref
	template record.Template
	sheet    *sheet
	node     string
	owner    model.Ref
	// under are those that a report of it may be filed under: all its controllers, or itself.
	under   []model.Ref
	entries []entry
	// ran tells that one of its containers has run.
	ran bool
}

// entry is one place of a pod with the image in it.
type entry struct {
	use  *use
	slot *slot
	// ran tells that a container has run it, pins that one runs now what the spec says, bare that the runtime reports no repository with
	// the digest.
	ran, pins, bare bool
	answer          *signature.Answer
}

// climb is how many controllers a pod is followed through: no kind produces itself, but who writes an object may claim so.
const climb = 8

// house reads a pod.
func (r *round) house(p *record.Pod) *resident {
	h := &resident{ref: p.Ref(), template: p.Template, sheet: r.sheet(p.Template), node: p.Node(), owner: r.c.TopOwner(p)}
	for up := r.c.Controller(p); !up.IsZero() && len(h.under) < climb; up = r.c.Controller(r.c.Get(up)) {
		h.under = append(h.under, up)
	}
	if len(h.under) == 0 {
		h.under = []model.Ref{h.ref}
	}
	for _, s := range slotsOf(h.sheet, p) {
		e := entry{slot: s}
		id := imageID{}
		if s.kind != Volume {
			if c := status(p, s); c != nil {
				id = readID(c.ImageID)
				e.ran, e.pins = c.ImageID != "", follows(p, c)
			}
		}
		if id.digest == "" {
			id.digest = s.parsed.Digest
		}
		e.bare = id.bare
		e.use = r.use(h, s, id)
		h.ran = h.ran || e.ran
		h.entries = append(h.entries, e)
	}
	return h
}

// follows tells that a container runs what the spec says now: it was started after the spec was last changed, or nobody has changed that
// since the pod was made. Images of pods that run can be changed, and until the node has obeyed the old one runs on. Where nobody
// tells who has written what and when, as in files without managed fields, that is not known.
func follows(p *record.Pod, c *record.Container) bool {
	return c.State == record.Running && p.Changed != 0 && (p.Changed <= p.Created || c.Started > p.Changed)
}

// imageID is what a runtime reports.
type imageID struct {
	digest string
	bare   bool
}

func readID(text string) imageID {
	_, digest, bare := reference.ParseID(text)
	return imageID{digest, bare}
}

// status finds what the status says of a container.
func status(p *record.Pod, s *slot) *record.Container {
	for i := range p.Containers {
		if c := &p.Containers[i]; c.Name == s.name && useType(c.Type) == s.kind {
			return c
		}
	}
	return nil
}

func useType(t record.ContainerType) UseType {
	switch t {
	case record.Init:
		return Init
	case record.Ephemeral:
		return Ephemeral
	}
	return Container
}

// settle puts a pod in the place of what was known of it; now is nil where it is gone, or has ended.
func (r *round) settle(at types.NamespacedName, now *resident) {
	old := r.pods[at]
	// The new one moves in before the old one moves out, so that what both use stays.
	if now != nil {
		r.pods[at] = now
		r.moveIn(now)
	} else {
		delete(r.pods, at)
	}
	if old != nil {
		r.moveOut(old)
	}
}

func (r *round) moveIn(h *resident) {
	p := r.place(h.ref.Namespace)
	p.residents[h] = struct{}{}
	o := r.owners[h.owner]
	if o == nil {
		o = &owner{uses: map[*use]int{}, residents: map[*resident]struct{}{}}
		r.owners[h.owner] = o
	}
	o.residents[h] = struct{}{}
	for i := range h.entries {
		u := h.entries[i].use
		u.residents[h]++
		o.uses[u]++
		r.dirty.uses[u] = struct{}{}
	}
	key := types.NamespacedName{Namespace: h.ref.Namespace, Name: h.sheet.account}
	r.accounts[key]++
	r.touchHome(h, key)
}

func (r *round) moveOut(h *resident) {
	p, o := r.place(h.ref.Namespace), r.owners[h.owner]
	delete(p.residents, h)
	delete(o.residents, h)
	for i := range h.entries {
		u := h.entries[i].use
		if u.residents[h]--; u.residents[h] == 0 {
			delete(u.residents, h)
		}
		if o.uses[u]--; o.uses[u] == 0 {
			delete(o.uses, u)
		}
		r.dirty.uses[u] = struct{}{}
	}
	key := types.NamespacedName{Namespace: h.ref.Namespace, Name: h.sheet.account}
	if r.accounts[key]--; r.accounts[key] == 0 {
		delete(r.accounts, key)
	}
	r.touchHome(h, key)
	r.release(h.template)
}

func (r *round) touchHome(h *resident, account types.NamespacedName) {
	r.dirty.owners[h.owner] = struct{}{}
	r.dirty.places[h.ref.Namespace] = struct{}{}
	r.dirty.accounts[account] = struct{}{}
}

// concerns tells that two looks at one pod differ in what counts here.
func concerns(before, after *record.Pod) bool {
	if before == nil || after == nil {
		return true
	}
	if before.Template != after.Template || before.Node() != after.Node() || before.Finished() != after.Finished() || before.Labels != after.Labels ||
		before.Annotations != after.Annotations || before.Created != after.Created || before.Since() != after.Since() || before.UID != after.UID ||
		len(before.Containers) != len(after.Containers) || len(before.Ephemeral()) != len(after.Ephemeral()) {
		return true
	}
	for i := range before.Containers {
		b, n := &before.Containers[i], &after.Containers[i]
		if b.Name != n.Name || b.ImageID != n.ImageID || b.Type != n.Type || follows(before, b) != follows(after, n) {
			return true
		}
	}
	for i := range before.Ephemeral() {
		if before.Ephemeral()[i].Image != after.Ephemeral()[i].Image || before.Ephemeral()[i].Name != after.Ephemeral()[i].Name {
			return true
		}
	}
	return ownerChanged(before.Owner, after.Owner)
}

func ownerChanged(a, b *record.Owner) bool {
	return (a == nil) != (b == nil) || a != nil && *a != *b
}

// touchBelow has all pods looked at anew that stand below an owner, which came, went or came to stand elsewhere.
func (a *Analyser) touchBelow(c *cluster.Cluster, ref model.Ref, depth int) {
	if depth == climb {
		return
	}
	for _, child := range c.Children(ref) {
		if p, ok := child.(*record.Pod); ok {
			a.dirty.pods[types.NamespacedName{Namespace: p.Namespace, Name: p.Name}] = struct{}{}
			continue
		}
		a.touchBelow(c, child.Ref(), depth+1)
	}
}
