package resources

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"canopy/analysis/workload"
	"canopy/model/record"
)

// template is what is read of a pod spec. It is made once for all pods that share one in a namespace.
type template struct {
	of record.Template
	// debugged are the ephemeral containers of the one pod that has them beyond its template.
	debugged []corev1.EphemeralContainer
	posture  posture
	// broken names the checks that keep it from the next stricter level.
	broken  []string
	account string
	images  string
	// long counts the containers that run as long as the pod does.
	long       int
	containers []container
	// asked is what the namespace asked when that was last judged, and refused whether it refuses such pods. Only who makes
	// a tree reads and writes them, one at a time.
	asked   enforcement
	refused bool
}

type container struct {
	name, image string
	kind        record.ContainerType
}

func newTemplate(t record.Template, debugged []corev1.EphemeralContainer) *template {
	out := &template{of: t, debugged: debugged}
	spec := out.decode()
	latest := api.LatestVersion()
	out.posture = restricted
	if v := workload.Violations(api.LevelBaseline, latest, spec); len(v) > 0 {
		out.posture, out.broken = privileged, checks(v)
	} else if v := workload.Violations(api.LevelRestricted, latest, spec); len(v) > 0 {
		out.posture, out.broken = baseline, checks(v)
	}
	out.read(&spec.Spec)
	return out
}

func (t *template) decode() *corev1.PodTemplateSpec {
	spec := t.of.Decode()
	spec.Spec.EphemeralContainers = t.debugged
	return spec
}

// checks names the checks that were broken, each once, less the word for their level.
func checks(violations []workload.Violation) []string {
	var names []string
	for i := range violations {
		name, _, _ := strings.Cut(violations[i].Check, "_")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (t *template) read(spec *corev1.PodSpec) {
	t.account = spec.ServiceAccountName
	if t.account == "" {
		t.account = "default"
	}
	var images []string
	add := func(name, image string, kind record.ContainerType) {
		t.containers = append(t.containers, container{name, image, kind})
		if !slices.Contains(images, image) {
			images = append(images, image)
		}
	}
	for i := range spec.Containers {
		add(spec.Containers[i].Name, spec.Containers[i].Image, record.Ordinary)
	}
	t.long = len(spec.Containers)
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		add(c.Name, c.Image, record.Init)
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			t.long++
		}
	}
	for i := range t.debugged {
		add(t.debugged[i].Name, t.debugged[i].Image, record.Ephemeral)
	}
	t.images = strings.Join(images, ", ")
}

// templates makes templates, each once.
type templates map[record.Template]*template

// remember takes over what an earlier tree had made of a namespace.
func (m templates) remember(i *item) {
	if i.template != nil && len(i.template.debugged) == 0 {
		m[i.template.of] = i.template
	}
}

// of gives the template of an object; nil where its record has none.
func (m templates) of(r record.Template) *template {
	if r.IsZero() {
		return nil
	}
	t := m[r]
	if t == nil {
		t = newTemplate(r, nil)
		m[r] = t
	}
	return t
}
