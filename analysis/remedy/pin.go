package remedy

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

// sighting is a container, or a volume, that was seen to run an image.
type sighting struct {
	// name is the registry and repository from which the runtime says to have pulled it, digest what runs.
	name, digest string
	pod          model.Ref
	owner        model.Ref
	container    string
	created      int64
	ready        bool
}

// pin is the digest that is taken for an image, and from where that is known.
type pin struct {
	sighting
	// others are the digests that run under the same name besides, sorted.
	others []string
}

// sightings lists what runs, by what specs call it: registry, repository and tag.
type sightings map[string][]sighting

// seen gathers what runs in the whole cluster. Pods that have finished tell nothing of what the next one runs.
func (p *planner) seen() sightings {
	if p.images != nil {
		return p.images
	}
	p.images = sightings{}
	named := map[record.Template]map[string]string{}
	for r := range p.c.All(model.KindByName("Pod").GroupKind()) {
		pod, ok := r.(*record.Pod)
		if !ok || pod.StandIn || pod.Finished() {
			continue
		}
		images := named[pod.Template]
		if images == nil {
			images = map[string]string{}
			spec := &pod.Template.Decode().Spec
			for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
				for i := range list {
					images[list[i].Name] = list[i].Image
				}
			}
			named[pod.Template] = images
		}
		for i := range pod.Containers {
			c := &pod.Containers[i]
			ref, err := reference.Parse(images[c.Name])
			name, digest, bare := reference.ParseID(c.ImageID)
			if err != nil || ref.Digest != "" || digest == "" || bare || c.Type == record.Ephemeral {
				continue
			}
			// A repository that shares content with another may be told in its place: what it holds under that digest was not seen.
			if name != ref.Name() && !ref.Short {
				continue
			}
			p.images[ref.Tagged()] = append(p.images[ref.Tagged()], sighting{name, digest, pod.Ref(), p.c.TopOwner(pod), c.Name, pod.Created, pod.Ready})
		}
	}
	return p.images
}

// pinFor finds the digest for an image of an owner: what its own newest ready pod runs, or where it has none what the newest of any
// other does.
func (s sightings) pinFor(owner model.Ref, container string, ref reference.Reference) (pin, bool) {
	all := s[ref.Tagged()]
	own := slices.DeleteFunc(slices.Clone(all), func(o sighting) bool { return o.owner != owner || o.container != container })
	if len(own) > 0 {
		all = own
	}
	if len(all) == 0 {
		return pin{}, false
	}
	best := slices.MinFunc(all, func(a, b sighting) int {
		return cmp.Or(compareBool(b.ready, a.ready), cmp.Compare(b.created, a.created), a.pod.Compare(b.pod), cmp.Compare(a.digest, b.digest))
	})
	found := pin{sighting: best}
	for _, o := range all {
		if o.digest != best.digest && !slices.Contains(found.others, o.digest) {
			found.others = append(found.others, o.digest)
		}
	}
	slices.Sort(found.others)
	return found, true
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// moved tells that images of several digests run under the name of one.
func (s sightings) moved(ref reference.Reference) bool {
	list := s[ref.Tagged()]
	return slices.ContainsFunc(list, func(o sighting) bool { return o.digest != list[0].digest })
}

// machines lists the types of machine that nodes have, sorted.
func (p *planner) machines() []string {
	var list []string
	for r := range p.c.All(model.KindByName("Node").GroupKind()) {
		if n, ok := r.(*record.Typed[*corev1.Node]); ok {
			if arch := n.Object.Status.NodeInfo.Architecture; arch != "" && !slices.Contains(list, arch) {
				list = append(list, arch)
			}
		}
	}
	slices.Sort(list)
	return list
}

// withDigest adds a digest to a reference as it is written. One without a registry is named with the registry that it came from,
// where the runtime has taken another than the usual one.
func withDigest(text string, ref reference.Reference, p pin) string {
	if ref.Short && p.name != "" && p.name != ref.Name() {
		text = p.name
		if ref.Tag != "" {
			text += ":" + ref.Tag
		}
	}
	return text + "@" + p.digest
}

// short gives the beginning of a digest, as people compare them.
func short(digest string) string {
	if _, sum, ok := strings.Cut(digest, ":"); ok && len(sum) > 12 {
		return digest[:len(digest)-len(sum)+12]
	}
	return digest
}
