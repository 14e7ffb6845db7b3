package record

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Pod is the record of a pod: the template that it shares with its like, and what is its own.
type Pod struct {
	Meta
	Template Template
	own      own

	Phase corev1.PodPhase
	// Reason is why a pod failed or waits, such as Evicted.
	Reason string
	IPs    []string
	// Started is when the node took it, in seconds since 1970.
	Started int64
	Ready   bool
	// StandIn tells that there is no such pod: see func StandIn.
	StandIn    bool
	Containers []Container
	// Volumes are the image volumes of which the status tells what is mounted.
	Volumes []VolumeImage
}

// VolumeImage is what the status says of one image volume.
type VolumeImage struct {
	Name string
	// ImageID is what is mounted, as the runtime reports it.
	ImageID string
}

// Container is what the status says of one container.
type Container struct {
	Name string
	// ImageID is what really runs, as the runtime reports it.
	ImageID string
	Type    ContainerType
	State   ContainerState
	Started int64
}

// ContainerType tells init, ordinary and ephemeral containers apart.
type ContainerType uint8

// The types of containers.
const (
	Ordinary ContainerType = iota
	Init
	Ephemeral
)

// ContainerState is the state that the status reports.
type ContainerState uint8

// The states of a container.
const (
	Waiting ContainerState = iota
	Running
	Terminated
)

func makePod(kind *model.Kind, p *corev1.Pod) (*Pod, error) {
	r := &Pod{
		Meta:  makeMeta(kind, p, `"f:spec"`),
		Phase: corev1.PodPhase(intern(string(p.Status.Phase))), Reason: intern(p.Status.Reason),
	}
	spec := &p.Spec
	r.own = splitSpec(p.Name, spec)
	r.own.node = intern(r.own.node)
	r.own.pinned = intern(r.own.pinned)
	var err error
	if r.Template, err = MakeTemplate(p.Annotations, spec); err != nil {
		return nil, err
	}
	if p.Status.StartTime != nil {
		r.Started = unix(*p.Status.StartTime)
	}
	for _, ip := range p.Status.PodIPs {
		r.IPs = append(r.IPs, ip.IP)
	}
	if len(r.IPs) == 0 && p.Status.PodIP != "" {
		r.IPs = []string{p.Status.PodIP}
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady {
			r.Ready = c.Status == corev1.ConditionTrue
		}
	}
	n := len(p.Status.ContainerStatuses) + len(p.Status.InitContainerStatuses) + len(p.Status.EphemeralContainerStatuses)
	if n > 0 {
		r.Containers = make([]Container, 0, n)
		r.addStatuses(Init, p.Status.InitContainerStatuses)
		r.addStatuses(Ordinary, p.Status.ContainerStatuses)
		r.addStatuses(Ephemeral, p.Status.EphemeralContainerStatuses)
	}
	return r, nil
}

func (p *Pod) addStatuses(t ContainerType, list []corev1.ContainerStatus) {
	for i := range list {
		c := Container{Name: intern(list[i].Name), ImageID: intern(list[i].ImageID), Type: t}
		switch s := &list[i].State; {
		case s.Running != nil:
			c.State, c.Started = Running, unix(s.Running.StartedAt)
		case s.Terminated != nil:
			c.State, c.Started = Terminated, unix(s.Terminated.StartedAt)
		}
		p.Containers = append(p.Containers, c)
		p.addVolumes(list[i].VolumeMounts)
	}
}

// addVolumes takes what a container tells of the image volumes that are mounted in it. Several containers may mount the same.
func (p *Pod) addVolumes(mounts []corev1.VolumeMountStatus) {
	for i := range mounts {
		m := &mounts[i]
		known := slices.ContainsFunc(p.Volumes, func(v VolumeImage) bool { return v.Name == m.Name })
		if known || m.VolumeStatus == nil || m.VolumeStatus.Image == nil || m.VolumeStatus.Image.ImageRef == "" {
			continue
		}
		p.Volumes = append(p.Volumes, VolumeImage{Name: intern(m.Name), ImageID: intern(m.VolumeStatus.Image.ImageRef)})
	}
}

// Node is the node that the pod was bound to; "" while it waits.
func (p *Pod) Node() string { return p.own.node }

// Ephemeral lists the ephemeral containers. The caller must not change them.
func (p *Pod) Ephemeral() []corev1.EphemeralContainer { return p.own.ephemeral }

// Spec puts the pod's whole spec together again: equal to the one that the record was made from.
func (p *Pod) Spec() *corev1.PodSpec {
	spec := &p.Template.Decode().Spec
	p.own.join(p.Name, spec)
	return spec
}

// Finished tells that the pod has run to its end: it holds no node and runs nothing.
func (p *Pod) Finished() bool { return p.Phase == corev1.PodSucceeded || p.Phase == corev1.PodFailed }

// WithTemplate gives a copy of the pod as it would be with another template; what is its own stays, but for the ephemeral
// containers, which die with the pod, and the token volume, whose name is made anew. Statuses of containers stay where what
// will run is what has run: see keepStatuses.
func (p *Pod) WithTemplate(t Template) *Pod {
	c := *p
	c.Meta = p.copyMeta()
	c.Template = t
	c.own.ephemeral = nil
	c.own.pinned, c.own.claims = p.own.pinned, p.own.claims
	c.Containers = p.keepStatuses(t)
	c.Volumes = p.keepVolumes(t)
	return &c
}

// keepVolumes does for image volumes what keepStatuses does for containers.
func (p *Pod) keepVolumes(t Template) (kept []VolumeImage) {
	if len(p.Volumes) == 0 {
		return nil
	}
	before, after := volumesOf(p.Template), volumesOf(t)
	for _, v := range p.Volumes {
		if image, ok := after[v.Name]; ok && image == before[v.Name] {
			kept = append(kept, v)
		}
	}
	return kept
}

// volumesOf gives the images of a template's image volumes by their names.
func volumesOf(t Template) map[string]string {
	images := map[string]string{}
	spec := &t.Decode().Spec
	for i := range spec.Volumes {
		if v := &spec.Volumes[i]; v.Image != nil {
			images[v.Name] = v.Image.Reference
		}
	}
	return images
}

// keepStatuses gives the statuses that hold under another template: of containers that have the image they had, or one that pins
// the digest which the status reports.
func (p *Pod) keepStatuses(t Template) []Container {
	if len(p.Containers) == 0 {
		return nil
	}
	before, after := imagesOf(p.Template), imagesOf(t)
	var kept []Container
	for _, c := range p.Containers {
		image, ok := after[c.Name]
		if !ok || c.Type == Ephemeral {
			continue
		}
		digest := ""
		if strings.Contains(image, "@") {
			digest = Digest(image)
		}
		if image == before[c.Name] || digest != "" && digest == Digest(c.ImageID) {
			kept = append(kept, c)
		}
	}
	return kept
}

// imagesOf gives the images of a template by the names of their containers, which are unique in a pod.
func imagesOf(t Template) map[string]string {
	images := map[string]string{}
	spec := &t.Decode().Spec
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			images[list[i].Name] = list[i].Image
		}
	}
	return images
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (p *Pod) DeepCopyObject() runtime.Object {
	c := *p
	c.Meta = p.copyMeta()
	c.IPs = slices.Clone(p.IPs)
	c.Containers, c.Volumes = slices.Clone(p.Containers), slices.Clone(p.Volumes)
	c.own.ephemeral = nil
	for i := range p.own.ephemeral {
		c.own.ephemeral = append(c.own.ephemeral, *p.own.ephemeral[i].DeepCopy())
	}
	return &c
}

// Same compares all but the resourceVersion.
func (p *Pod) Same(other model.Record) bool {
	o, ok := other.(*Pod)
	return ok && p.same(&o.Meta) && p.Template == o.Template && p.own.equal(&o.own) && p.Phase == o.Phase &&
		p.Reason == o.Reason && p.Started == o.Started && p.Ready == o.Ready && slices.Equal(p.IPs, o.IPs) &&
		slices.Equal(p.Containers, o.Containers) && slices.Equal(p.Volumes, o.Volumes)
}

func (o *own) equal(p *own) bool {
	if o.node != p.node || o.token != p.token || o.hostname != p.hostname || o.claims != p.claims || o.pinned != p.pinned ||
		len(o.ephemeral) != len(p.ephemeral) {
		return false
	}
	for i := range o.ephemeral {
		if o.ephemeral[i].String() != p.ephemeral[i].String() {
			return false
		}
	}
	return true
}
