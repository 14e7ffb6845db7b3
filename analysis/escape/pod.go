package escape

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// pod is a template laid out, and what was found in it.
type pod struct {
	annotations map[string]string
	spec        *corev1.PodSpec
	context     *corev1.PodSecurityContext
	on          Conditions
	windows     bool
	// containers holds those of all kinds: init, ordinary, ephemeral. One that never starts is not among them.
	containers []container
	found      []Escape
}

// container is one container, and where it stands.
type container struct {
	*corev1.Container
	path    string
	context *corev1.SecurityContext
	root    bool
}

func lay(t *corev1.PodTemplateSpec, on Conditions) *pod {
	p := &pod{annotations: t.Annotations, spec: &t.Spec, context: t.Spec.SecurityContext, on: on, windows: on.Windows}
	if p.context == nil {
		p.context = &corev1.PodSecurityContext{}
	}
	if p.spec.OS != nil {
		p.windows = p.spec.OS.Name == corev1.Windows
	}
	for i := range p.spec.InitContainers {
		p.take(&p.spec.InitContainers[i], index("spec.initContainers", i))
	}
	for i := range p.spec.Containers {
		p.take(&p.spec.Containers[i], index("spec.containers", i))
	}
	for i := range p.spec.EphemeralContainers {
		p.take((*corev1.Container)(&p.spec.EphemeralContainers[i].EphemeralContainerCommon), index("spec.ephemeralContainers", i))
	}
	return p
}

func (p *pod) take(of *corev1.Container, path string) {
	c := container{Container: of, path: path, context: of.SecurityContext}
	if c.context == nil {
		c.context = &corev1.SecurityContext{}
	}
	user, nonRoot := c.context.RunAsUser, c.context.RunAsNonRoot
	if user == nil {
		user = p.context.RunAsUser
	}
	if nonRoot == nil {
		nonRoot = p.context.RunAsNonRoot
	}
	switch {
	case user != nil && *user == 0 && set(nonRoot) && !p.windows:
		// The kubelet does not start it.
		return
	case user != nil:
		c.root = *user == 0
	default:
		c.root = !set(nonRoot)
	}
	p.containers = append(p.containers, c)
}

func index(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

func set(b *bool) bool { return b != nil && *b }

// at names a field of the container, and flag a field of the pod that is true.
func (c *container) at(field, value string) model.Evidence {
	return model.Evidence{Path: c.path + "." + field, Value: value}
}

func flag(field string) model.Evidence { return flagged(field, "true") }

func flagged(field, value string) model.Evidence {
	return model.Evidence{Path: "spec." + field, Value: value}
}
