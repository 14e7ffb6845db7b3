package signature

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
)

// unproven says why a rule does not prove that the image was checked; "" where it does.
//
// Most tools leave no trace on a pod. That it was admitted proves that it was checked only if the policy refuses, has not been changed
// since, was asked, and if nothing that can be told now could have got past: not another digest, not a change of labels. Kyverno writes
// onto pods what it has checked, but whoever makes a pod may have written the same, so that its note has to stand beside all the others,
// and only shows which digest was looked at.
func (c *claim) unproven(l *local, p *place, q *Question) string {
	name := c.ref.String()
	switch {
	case c.dead != "":
		return c.dead
	case c.refusing(p) != yes:
		return name + " only tells, and refuses nothing"
	case c.traced && q.noted() != passed:
		return c.untraced(q)
	case q.Pod == nil || q.Pod.Created == 0:
		return "when the pod was made is not known"
	case q.Pod.Annotations.Has(corev1.MirrorPodAnnotationKey):
		return "nodes run static pods whatever " + name + " says"
	case c.changed == 0:
		return "when " + name + " was last changed is not known"
	case q.Pod.Created <= max(c.changed, c.since):
		return "the pod is not newer than " + name + " as it stands, so nothing shows that it was checked"
	case len(c.open) > 0:
		return name + " lets past " + c.open[0]
	case len(c.excepted) > 0:
		return "it may be among " + c.excepted[0]
	case !c.traced && q.Reference.Digest == "":
		return "the pod names a tag, which may have been moved since " + name + " has checked it"
	case c.labelled():
		return "whether " + name + " was asked depends on labels of the pod, which may have been others when it was made"
	}
	types := typesOf(q)
	for _, t := range types {
		if !c.includes(t) {
			return name + " is not about " + t
		}
	}
	why := c.admitted(types, l, q)
	if why == "" && c.spaced() && l.relabelled >= q.Pod.Created {
		why = "the labels of the namespace, by which " + name + " goes, were changed after the pod was made"
	}
	return why
}

// admitted says why no webhook proves that its tool was asked; "" where one does.
func (c *claim) admitted(types []string, l *local, q *Question) string {
	why := "no webhook asks for " + c.ref.String()
	if c.traced {
		for _, h := range c.hooks {
			if h.created == 0 || h.created >= q.Pod.Created {
				return "the webhook " + h.name + " of Kyverno is not older than the pod, so whoever made it may have written the note of Kyverno"
			}
		}
		why = "no webhook by which Kyverno changes pods, which is where it checks signatures, asks for " + c.ref.String()
	}
	for _, h := range c.hooks {
		if c.traced && !h.changes {
			continue
		}
		if why = h.unproven(types, l, q); why == "" {
			break
		}
	}
	return why
}

// untraced says why a tool that writes down what it has checked has not.
func (c *claim) untraced(q *Question) string {
	name := c.ref.String()
	if q.Pod != nil && q.Pod.Created != 0 && q.Pod.Created <= c.changed {
		return "the pod is not newer than " + name + " as it stands, and nothing on it says that it was checked"
	}
	return name + " demands it, and nothing on the pod says that Kyverno has checked this digest"
}

// labelled tells that labels, or other things of the pod that can be changed, decide whether it is asked about.
func (c *claim) labelled() bool {
	for _, list := range [...][]group{c.match, c.exclude} {
		for i := range list {
			for j := range list[i].list {
				if list[i].list[j].pods != nil {
					return true
				}
			}
		}
	}
	return false
}

func (c *claim) includes(t string) bool {
	return t != volumes && (c.only == nil || slices.Contains(c.only, t))
}

// unproven says why having been asked by this webhook proves nothing; "" where it does.
func (h *hook) unproven(types []string, l *local, q *Question) string {
	asks := "the webhook of " + h.tool.String()
	switch {
	case h.open:
		return "what " + h.tool.String() + " cannot check in time passes, since failurePolicy of its webhook is Ignore"
	case h.created == 0 || h.created >= q.Pod.Created:
		return asks + " is not older than the pod"
	case !h.updates:
		return asks + " is not asked when the image of a pod that runs is changed"
	case h.filter.pods != nil:
		return "whether " + asks + " was asked depends on labels of the pod, which may have been others when it was made"
	case h.filter.spaces != nil && !byName(h.filter.spaces) && l.relabelled >= q.Pod.Created:
		return "the labels of the namespace, by which " + asks + " goes, were changed after the pod was made"
	}
	if !h.ephemeral && slices.Contains(types, ephemerals) {
		return asks + " is not asked about ephemeral containers"
	}
	return ""
}

// volumes is what typesOf calls volumes that are images. No policy that is read here looks at those.
const volumes = "volumes that are images"

// typesOf lists as what a pod runs the image that is asked about.
func typesOf(q *Question) []string {
	var types []string
	add := func(t, image string) {
		if r, err := reference.Parse(image); err == nil && r == q.Reference && (len(types) == 0 || types[len(types)-1] != t) {
			types = append(types, t)
		}
	}
	spec := q.Pod.Spec()
	for i := range spec.Containers {
		add(ordinary, spec.Containers[i].Image)
	}
	for i := range spec.InitContainers {
		add(inits, spec.InitContainers[i].Image)
	}
	for i := range spec.EphemeralContainers {
		add(ephemerals, spec.EphemeralContainers[i].Image)
	}
	for i := range spec.Volumes {
		if image := spec.Volumes[i].Image; image != nil {
			add(volumes, image.Reference)
		}
	}
	return types
}
