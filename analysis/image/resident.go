package image

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// resident is a pod that has not ended.
type resident struct {
	pod  *record.Pod
	home *household
	// said is what is demanded of its images, and proven; nil where nobody has asked yet.
	said *saying
	// platform is that of its node, as it is counted for what it runs.
	platform string
	// at is its place in the household.
	at int32
}

// climb is how many controllers a pod is followed through: no kind produces itself, but who writes an object may claim so.
const climb = 8

// house finds the household of a pod, or founds it.
func (r *round) house(p *record.Pod) *household {
	k := &r.sketch
	k.owner, k.namespace, k.template, k.sheet = r.c.TopOwner(p), p.Namespace, p.Template, r.sheet(p.Template)
	k.under, k.byOwner, k.ran, k.ids, k.marks = k.under[:0], false, false, k.ids[:0], k.marks[:0]
	n := 0
	for up := r.c.Controller(p); !up.IsZero() && n < climb; up = r.c.Controller(r.c.Get(up)) {
		if n++; up == k.owner {
			k.byOwner = true
		} else {
			k.under = append(k.under, up)
		}
	}
	k.byOwner = k.byOwner || n == 0
	k.ephemeral = r.ephemeral(p)
	for i := range len(k.sheet.slots) + len(k.ephemeral) {
		s := k.slot(i)
		id, m := "", mark{}
		if s.kind == Volume {
			if told := mounted(p, s); told != "" {
				// Nobody can change the volumes of a pod.
				id, m.bare = reference.Running(told)
				m.ran, m.pins, m.pulled = true, true, true
			}
		} else if c := status(p, s); c != nil {
			id, m.bare = reference.Running(c.ImageID)
			m.ran, m.pins = c.ImageID != "", follows(p, c)
			m.pulled = m.ran && (m.pins || unchanged(p) || strings.HasPrefix(strings.TrimPrefix(c.ImageID, "docker-pullable://"), s.parsed.Registry+"/"))
		}
		if id == "" {
			id = s.parsed.Digest
		}
		if m.known = id != ""; !m.known {
			if id = s.tagged; id == "" {
				id = s.text
			}
		}
		k.ran = k.ran || m.ran
		k.ids, k.marks = append(k.ids, id), append(k.marks, m)
	}
	k.assume(p)
	sum := k.sum(r.seed)
	if h := r.households.find(sum, func(h *household) bool { return h.holds(k) }); h != nil {
		return h
	}
	return r.found(k, sum)
}

// assume marks what runs though no status tells. A container starts only when all image volumes are mounted. And of a pod that has no
// status at all, as in a manifest, nobody says that it does not run: it is taken as it is written.
func (k *sketch) assume(p *record.Pod) {
	written := p.Phase == "" && len(p.Containers) == 0
	for i := range k.marks {
		if m := &k.marks[i]; written || k.ran && k.slot(i).kind == Volume {
			m.ran = true
		}
	}
}

// mounted is what the status says of an image volume; "" where it tells nothing.
func mounted(p *record.Pod, s *slot) string {
	for i := range p.Volumes {
		if v := &p.Volumes[i]; v.Name == s.name {
			return v.ImageID
		}
	}
	return ""
}

// follows tells that a container runs what the spec says now: it was started after the spec was last changed, or nobody has changed that
// since the pod was made. Images of pods that run can be changed, and until the node has obeyed the old one runs on. Where nobody
// tells who has written what and when, as in files without managed fields, that is not known.
func follows(p *record.Pod, c *record.Container) bool {
	return c.State == record.Running && (unchanged(p) || p.Changed != 0 && c.Started > p.Changed)
}

// unchanged tells that nobody has changed the spec of a pod since it was made, as far as is told.
func unchanged(p *record.Pod) bool { return p.Changed != 0 && p.Changed <= p.Created }

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

// settle puts a pod in its place; nil is that it is gone, or has ended.
func (r *round) settle(at types.NamespacedName, pod *record.Pod) {
	p := r.place(at.Namespace)
	h := p.residents[at.Name]
	var from, to *household
	if h != nil {
		from = h.home
	}
	if pod != nil {
		// The new household is found before the old one is left, so that what both have stays.
		to = r.house(pod)
	}
	switch {
	case h == nil && to == nil:
		return
	case h == nil:
		h = &resident{pod: pod}
		p.residents[pod.Name] = h
	}
	// Whoever shows the pod, or its node, shows something else.
	r.touchHome(from)
	if from != nil && (from != to || h.pod.Node() != pod.Node()) {
		r.touchTwins(from)
	}
	if from != to {
		if from != nil {
			r.moveOut(h)
		}
		if to == nil {
			delete(p.residents, at.Name)
			return
		}
		h.moveIn(to)
		r.settled(to, 1)
		r.touchHome(to)
		r.touchTwins(to)
		h.platform = r.machine(pod.Node()).platform
		r.count(h, 1)
	} else if now := r.machine(pod.Node()).platform; now != h.platform {
		r.count(h, -1)
		h.platform = now
		r.count(h, 1)
	}
	h.pod = pod
	r.ask(h)
}

func (h *resident) moveIn(home *household) {
	h.home, h.at = home, int32(len(home.residents))
	home.residents = append(home.residents, h)
}

func (r *round) moveOut(h *resident) {
	home := h.home
	h.unsay()
	r.count(h, -1)
	last := len(home.residents) - 1
	home.residents[h.at] = home.residents[last]
	home.residents[h.at].at = h.at
	home.residents[last] = nil
	home.residents = home.residents[:last]
	h.home = nil
	r.settled(home, -1)
	if last == 0 {
		r.dissolve(home)
	}
}

// settled counts one more, or one less, in a household.
func (r *round) settled(home *household, by int) {
	home.owner.pods += by
	if home.ran {
		p := home.place
		if p.running == 0 {
			r.inhabited++
		}
		p.running += by
		r.running += by
		if p.running == 0 {
			r.inhabited--
		}
	}
	key := types.NamespacedName{Namespace: home.place.name, Name: home.sheet.account}
	if r.accounts[key] += by; r.accounts[key] == 0 {
		delete(r.accounts, key)
	}
}

// touchHome has all judged anew that tells of a household; nil is none.
func (r *round) touchHome(home *household) {
	if home == nil {
		return
	}
	for i := range home.entries {
		r.dirty.uses[home.entries[i].use] = struct{}{}
	}
	r.dirty.owners[home.owner.ref] = struct{}{}
	r.dirty.places[home.place.name] = struct{}{}
	r.dirty.accounts[types.NamespacedName{Namespace: home.place.name, Name: home.sheet.account}] = struct{}{}
}

// concerns tells that two looks at one pod differ in what counts here.
func concerns(before, after *record.Pod) bool {
	if before == nil || after == nil {
		return true
	}
	if before.Template != after.Template || before.Node() != after.Node() || before.Finished() != after.Finished() || before.Labels != after.Labels ||
		before.Annotations != after.Annotations || before.Created != after.Created || before.Since() != after.Since() || before.UID != after.UID || unchanged(before) != unchanged(after) ||
		len(before.Containers) != len(after.Containers) || len(before.Ephemeral()) != len(after.Ephemeral()) {
		return true
	}
	for i := range before.Containers {
		b, n := &before.Containers[i], &after.Containers[i]
		if b.Name != n.Name || b.ImageID != n.ImageID || b.Type != n.Type || follows(before, b) != follows(after, n) {
			return true
		}
	}
	if before.Phase != after.Phase && (before.Phase == "" || after.Phase == "") || !slices.Equal(before.Volumes, after.Volumes) {
		return true
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
