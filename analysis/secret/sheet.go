package secret

import (
	"hash/maphash"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// sheet is what is asked of a pod template. All pods that have the template share it.
type sheet struct {
	users int
	uses  []use
	// mentions are the names of Secrets that its texts may be.
	mentions mentions
	// store tells that the Secrets Store driver mounts something.
	store bool
	// serves tells that a container is the API server, and plainly that it was given no configuration of encryption; command is
	// where its flags stand.
	serves, plainly bool
	command         string
	// exposed is what stands in the template in plain text. It is looked for once somebody asks.
	looked  bool
	exposed []model.Exposure
	// literals are its texts by their prints, taken once facts about Secrets are known.
	taken    bool
	literals []literal
}

// take gives the sheet of a template, and holds it until let.
func (a *Analyser) take(t record.Template) *sheet {
	t = t.Bare()
	s := a.sheets[t]
	if s == nil {
		s = newSheet(a.seed, &t.Decode().Spec)
		a.sheets[t] = s
		if s.store {
			a.stores++
			a.dirty.cluster = true
		}
	}
	s.users++
	return s
}

func (a *Analyser) let(t record.Template) {
	t = t.Bare()
	s := a.sheets[t]
	if s.users--; s.users > 0 {
		return
	}
	delete(a.sheets, t)
	if s.store {
		a.stores--
		a.dirty.cluster = true
	}
}

// names tells that the sheet names or may mention a Secret.
func (s *sheet) names() bool { return len(s.uses) > 0 || !s.mentions.empty() }

func newSheet(seed maphash.Seed, spec *corev1.PodSpec) *sheet {
	s := &sheet{uses: podUses(spec), mentions: mentionsIn(seed, spec)}
	for i := range spec.Volumes {
		if csi := spec.Volumes[i].CSI; csi != nil && csi.Driver == storeDriver {
			s.store = true
		}
	}
	for i := range spec.Containers {
		if words := servesAPI(&spec.Containers[i]); words != "" {
			s.serves, s.plainly, s.command = true, !encrypts(&spec.Containers[i]), index("containers", i)+"."+words
			break
		}
	}
	return s
}
