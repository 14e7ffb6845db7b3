package image

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model/record"
)

// label is a reference as specs write it, read once for all that write the same.
type label struct {
	text string
	// parsed is what it says; zero where it cannot be read.
	parsed reference.Reference
	// tagged is what a registry is asked for; "" where the reference pins a digest, or cannot be read.
	tagged string
	// slots counts those that are counted here.
	slots int
}

func readLabel(text string) *label {
	l := &label{text: text}
	l.parsed, _ = reference.Parse(text)
	if l.parsed.Repository != "" && l.parsed.Digest == "" {
		if l.tagged = l.parsed.Tagged(); l.tagged == text {
			l.tagged = text
		}
	}
	return l
}

// slot is a place for an image in a spec: a container, or an image volume. It is immutable.
type slot struct {
	*label
	name string
	kind UseType
	// at is the place in its list.
	at int32
	// stale tells that a node may run what it has pulled under the tag before: IM04.
	stale bool
}

// path is where the reference stands below the pod's spec.
func (s *slot) path() string {
	at := "[" + strconv.Itoa(int(s.at)) + "].image"
	switch s.kind {
	case Init:
		return "initContainers" + at
	case Ephemeral:
		return "ephemeralContainers" + at
	case Volume:
		return "volumes" + at + ".reference"
	}
	return "containers" + at
}

func (s *slot) same(o *slot) bool {
	return s.name == o.name && s.kind == o.kind && s.at == o.at && s.stale == o.stale && s.text == o.text
}

func newSlot(l *label, name string, kind UseType, at int, policy corev1.PullPolicy) slot {
	s := slot{label: l, name: name, kind: kind, at: int32(at)}
	s.stale = l.parsed.Tag != "" && l.parsed.Digest == "" && policy != "" && policy != corev1.PullAlways
	return s
}

// sheet is what is read of a pod template, once for all pods that share it.
type sheet struct {
	slots []slot
	// pulls are the names of pull secrets, account is the service account.
	pulls   []string
	account string
	// homes counts the households that share it.
	homes int
}

func (a *Analyser) readSheet(t record.Template) *sheet {
	spec := &t.Decode().Spec
	s := &sheet{account: spec.ServiceAccountName, pulls: pullsOf(spec)}
	if s.account == "" {
		s.account = "default"
	}
	n := len(spec.InitContainers) + len(spec.Containers)
	for i := range spec.Volumes {
		if v := spec.Volumes[i].Image; v != nil && v.Reference != "" {
			n++
		}
	}
	s.slots = make([]slot, 0, n)
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		s.slots = append(s.slots, newSlot(a.label(c.Image), c.Name, Init, i, c.ImagePullPolicy))
	}
	for i := range spec.Containers {
		c := &spec.Containers[i]
		s.slots = append(s.slots, newSlot(a.label(c.Image), c.Name, Container, i, c.ImagePullPolicy))
	}
	for i := range spec.Volumes {
		if v := spec.Volumes[i].Image; v != nil && v.Reference != "" {
			s.slots = append(s.slots, newSlot(a.label(v.Reference), spec.Volumes[i].Name, Volume, i, v.PullPolicy))
		}
	}
	return s
}

func pullsOf(spec *corev1.PodSpec) (names []string) {
	for _, s := range spec.ImagePullSecrets {
		names = append(names, s.Name)
	}
	return names
}

// label finds, or reads, a reference, and counts who has it.
func (a *Analyser) label(text string) *label {
	l := a.labels[text]
	if l == nil {
		l = readLabel(text)
		a.labels[text] = l
	}
	l.slots++
	return l
}

// sheet finds what is read of a template; release gives it back once no household has it.
func (a *Analyser) sheet(t record.Template) *sheet {
	t = t.Bare()
	s := a.sheets[t]
	if s == nil {
		s = a.readSheet(t)
		a.sheets[t] = s
	}
	return s
}

func (a *Analyser) release(t record.Template) {
	t = t.Bare()
	s := a.sheets[t]
	if s.homes--; s.homes > 0 {
		return
	}
	delete(a.sheets, t)
	for i := range s.slots {
		l := s.slots[i].label
		if l.slots--; l.slots == 0 {
			delete(a.labels, l.text)
		}
	}
}

// ephemeral lists the places of a pod that its template does not have.
func (a *Analyser) ephemeral(p *record.Pod) (list []slot) {
	for i, c := range p.Ephemeral() {
		l := a.labels[c.Image]
		if l == nil {
			l = readLabel(c.Image)
		}
		list = append(list, newSlot(l, c.Name, Ephemeral, i, c.ImagePullPolicy))
	}
	return list
}
