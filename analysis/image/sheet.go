package image

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model/record"
)

// slot is a place for an image in a spec: a container, or an image volume.
type slot struct {
	name string
	kind UseType
	// text is the reference as written, path where it stands below the pod's spec.
	text, path string
	// parsed is what text says; zero where it cannot be read.
	parsed reference.Reference
	// stale tells that a node may run what it has pulled under the tag before: IM04.
	stale bool
}

// tagged is what a registry is asked for; "" where the reference pins a digest, or cannot be read.
func (s *slot) tagged() string {
	if s.parsed.Repository == "" || s.parsed.Digest != "" {
		return ""
	}
	return s.parsed.Tagged()
}

func newSlot(name string, kind UseType, text, path string, policy corev1.PullPolicy) slot {
	s := slot{name: name, kind: kind, text: text, path: path}
	s.parsed, _ = reference.Parse(text)
	s.stale = s.parsed.Tag != "" && s.parsed.Digest == "" && policy != "" && policy != corev1.PullAlways
	return s
}

// sheet is what is read of a pod template, once for all pods that share it.
type sheet struct {
	slots []slot
	// pulls are the names of pull secrets, account is the service account.
	pulls   []string
	account string
	// pods counts those that share it.
	pods int
}

func readSheet(t record.Template) *sheet {
	spec := &t.Decode().Spec
	s := &sheet{account: spec.ServiceAccountName, pulls: pullsOf(spec)}
	if s.account == "" {
		s.account = "default"
	}
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		s.slots = append(s.slots, newSlot(c.Name, Init, c.Image, imagePath("initContainers", i), c.ImagePullPolicy))
	}
	for i := range spec.Containers {
		c := &spec.Containers[i]
		s.slots = append(s.slots, newSlot(c.Name, Container, c.Image, imagePath("containers", i), c.ImagePullPolicy))
	}
	for i := range spec.Volumes {
		if v := spec.Volumes[i].Image; v != nil && v.Reference != "" {
			s.slots = append(s.slots, newSlot(spec.Volumes[i].Name, Volume, v.Reference, "volumes["+strconv.Itoa(i)+"].image.reference", v.PullPolicy))
		}
	}
	return s
}

func imagePath(list string, i int) string { return list + "[" + strconv.Itoa(i) + "].image" }

func pullsOf(spec *corev1.PodSpec) (names []string) {
	for _, s := range spec.ImagePullSecrets {
		names = append(names, s.Name)
	}
	return names
}

// sheet finds what is read of a template; release gives it back.
func (a *Analyser) sheet(t record.Template) *sheet {
	s := a.sheets[t]
	if s == nil {
		s = readSheet(t)
		a.sheets[t] = s
	}
	s.pods++
	return s
}

func (a *Analyser) release(t record.Template) {
	s := a.sheets[t]
	if s.pods--; s.pods == 0 {
		delete(a.sheets, t)
	}
}

// slotsOf gives the places of a pod: those of its template, and its ephemeral containers, which are its own.
func slotsOf(s *sheet, p *record.Pod) []*slot {
	list := make([]*slot, 0, len(s.slots)+len(p.Ephemeral()))
	for i := range s.slots {
		list = append(list, &s.slots[i])
	}
	for i, c := range p.Ephemeral() {
		own := newSlot(c.Name, Ephemeral, c.Image, imagePath("ephemeralContainers", i), c.ImagePullPolicy)
		list = append(list, &own)
	}
	return slices.Clip(list)
}
