package workload

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

// template is a pod template laid out for the checks.
type template struct {
	annotations map[string]string
	spec        *corev1.PodSpec
	// containers holds all kinds in the order in which Pod Security visits them: init, ordinary, ephemeral
	// (pod-security-admission policy/visitor.go).
	containers []container
	// images are all that it names, those of volumes last; read at the first question.
	images []image
	read   bool
	// allow lists where images may come from.
	allow reference.Allow
}

// container is one container of a template, and where it stands.
type container struct {
	*corev1.Container
	path string
	kind record.ContainerType
}

// place is one field of a template that a check objects to.
type place struct {
	// path is relative to the pod spec; the template's own metadata is "metadata.…".
	path, value string
	// detail says what the check wants instead.
	detail    string
	container string
	kind      record.ContainerType
	// severity is set where it differs from the rule's; milder than low there is none.
	severity model.Severity
	// print is that of a credential.
	print uint64
}

// finder looks for places that break one rule.
type finder func(*template) []place

func newTemplate(t *corev1.PodTemplateSpec) *template {
	spec := &t.Spec
	v := &template{annotations: t.Annotations, spec: spec}
	v.containers = make([]container, 0, len(spec.InitContainers)+len(spec.Containers)+len(spec.EphemeralContainers))
	for i := range spec.InitContainers {
		v.containers = append(v.containers, container{&spec.InitContainers[i], index("initContainers", i), record.Init})
	}
	for i := range spec.Containers {
		v.containers = append(v.containers, container{&spec.Containers[i], index("containers", i), record.Ordinary})
	}
	for i := range spec.EphemeralContainers {
		c := (*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon)
		v.containers = append(v.containers, container{c, index("ephemeralContainers", i), record.Ephemeral})
	}
	return v
}

func index(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// at names a field of the container.
func (c *container) at(field, value, detail string) place {
	return place{path: c.path + "." + field, value: value, detail: detail, container: c.Name, kind: c.kind}
}

// context gives the pod's security context, empty where it is missing.
func (t *template) context() *corev1.PodSecurityContext {
	if t.spec.SecurityContext == nil {
		return &corev1.PodSecurityContext{}
	}
	return t.spec.SecurityContext
}

// context gives the container's security context, empty where it is missing.
func (c *container) context() *corev1.SecurityContext {
	if c.SecurityContext == nil {
		return &corev1.SecurityContext{}
	}
	return c.SecurityContext
}

// windows tells that the pod says it runs on Windows.
func (t *template) windows() bool { return t.spec.OS != nil && t.spec.OS.Name == corev1.Windows }

// usersApart tells that the pod has a user namespace of its own.
func (t *template) usersApart() bool { return t.spec.HostUsers != nil && !*t.spec.HostUsers }

// linux leaves out pods that run on Windows, where the field cannot be set.
func linux(find finder) finder {
	return func(t *template) []place {
		if t.windows() {
			return nil
		}
		return find(t)
	}
}

// sameUsers leaves out pods with a user namespace, as the policies from 1.35 do (policy/helpers.go of
// pod-security-admission; KEP-127).
func sameUsers(find finder) finder {
	return func(t *template) []place {
		if t.usersApart() {
			return nil
		}
		return find(t)
	}
}

// each gathers what a check finds in every container.
func each(check func(*container) []place) finder {
	return func(t *template) []place {
		var found []place
		for i := range t.containers {
			found = append(found, check(&t.containers[i])...)
		}
		return found
	}
}

func set(b *bool) bool { return b != nil && *b }
