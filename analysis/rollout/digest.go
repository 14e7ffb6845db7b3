package rollout

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

// pulled is what a runtime has reported of an image, and by which pod.
type pulled struct {
	id      string
	created int64
	pod     model.Ref
}

// imageID gives what a runtime will report of an image, as far as that can be known: the digest that the image names, or what the
// newest pod runs under the same name now; "" where nobody runs it.
func (d *draft) imageID(image string) string {
	if ref, err := reference.Parse(image); err == nil && ref.Digest != "" {
		return ref.Name() + "@" + ref.Digest
	}
	if d.pulls == nil {
		d.pulls = map[string]pulled{}
		named := map[record.Template]map[string]string{}
		for r := range d.base.All(model.KindByName("Pod").GroupKind()) {
			pod, ok := r.(*record.Pod)
			if !ok || pod.StandIn {
				continue
			}
			if named[pod.Template] == nil {
				named[pod.Template] = imagesOf(&pod.Template.Decode().Spec)
			}
			for _, c := range pod.Containers {
				at := named[pod.Template][c.Name]
				if at == "" || c.ImageID == "" || c.Type == record.Ephemeral {
					continue
				}
				next := pulled{c.ImageID, pod.Created, pod.Ref()}
				if last, ok := d.pulls[at]; !ok || cmp.Or(cmp.Compare(next.created, last.created), last.pod.Compare(next.pod)) > 0 {
					d.pulls[at] = next
				}
			}
		}
	}
	return d.pulls[image].id
}

func imagesOf(spec *corev1.PodSpec) map[string]string {
	images := map[string]string{}
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			images[list[i].Name] = list[i].Image
		}
	}
	return images
}

// run gives a pod the statuses that its containers will have, where they have none: that they run what their images stand for. Where
// that is not known they have none, and nothing is said of whether it was scanned.
func (d *draft) run(pod *record.Pod) {
	has := map[string]bool{}
	for i := range pod.Containers {
		has[pod.Containers[i].Name] = true
	}
	spec := &pod.Template.Decode().Spec
	add := func(c *corev1.Container, kind record.ContainerType, state record.ContainerState) {
		if id := d.imageID(c.Image); id != "" && !has[c.Name] {
			pod.Containers = append(pod.Containers, record.Container{Name: c.Name, ImageID: id, Type: kind, State: state})
		}
	}
	for i := range spec.InitContainers {
		state := record.Terminated
		if r := spec.InitContainers[i].RestartPolicy; r != nil && *r == corev1.ContainerRestartPolicyAlways {
			state = record.Running
		}
		add(&spec.InitContainers[i], record.Init, state)
	}
	for i := range spec.Containers {
		add(&spec.Containers[i], record.Ordinary, record.Running)
	}
}
