package remedy

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
)

// named is an image in a template: of a container or of a volume.
type named struct {
	// who says what names it, key what it is called in a status.
	who, key string
	text     *string
	policy   *corev1.PullPolicy
}

// images lists all that a template names and that can be changed there.
func (e *editor) images() []named {
	var list []named
	for _, c := range e.containers() {
		if c.Image != "" {
			list = append(list, named{"container " + c.Name, c.Name, &c.Image, &c.ImagePullPolicy})
		}
	}
	for i := range e.t.Spec.Volumes {
		if v := e.t.Spec.Volumes[i].Image; v != nil && v.Reference != "" {
			list = append(list, named{"volume " + e.t.Spec.Volumes[i].Name, "volume " + e.t.Spec.Volumes[i].Name, &v.Reference, &v.PullPolicy})
		}
	}
	return list
}

// eachTag does something with each image that is named without a digest.
func (e *editor) eachTag(do func(named, reference.Reference)) {
	for _, n := range e.images() {
		if ref, err := reference.Parse(*n.text); err == nil && ref.Digest == "" {
			do(n, ref)
		}
	}
}

// clearRegistries is IM07. It comes before digests are written, since those stay what they are wherever the image is taken from.
func (e *editor) clearRegistries() {
	for _, n := range e.images() {
		ref, err := reference.Parse(*n.text)
		if err != nil {
			continue
		}
		if ref.Short {
			e.qualify(n, &ref)
		}
		instead, why, old := reference.Deprecated(ref)
		switch {
		case !old:
		case instead == "":
			e.leave("IM07", "%s: %s. Find out who builds %s now, and name that: nothing takes its place by itself", n.who, why, ref.Name())
		default:
			now := instead + strings.TrimPrefix(ref.String(), ref.Name())
			e.harm(likelySafe, "%s: %s. %s has the same images; look first whether this one is there: skopeo inspect docker://%s, or crane manifest %s", n.who, why, instead, now, now)
			*n.text = now
		}
	}
}

// qualify names the registry of an image.
func (e *editor) qualify(n named, ref *reference.Reference) {
	p, ok := e.pinOf(n)
	switch {
	case ok && p.name != ref.Name():
		e.harm(likelySafe, "%s: %s was pulled from %s, as pod %s tells: that is written", n.who, *n.text, p.name, p.pod.Name)
		now, err := reference.Parse(p.name + strings.TrimPrefix(ref.String(), ref.Name()))
		if err != nil {
			e.leave("IM07", "%s: %s comes from %s, which cannot be written", n.who, *n.text, p.name)
			return
		}
		*ref = now
	case ok:
		e.harm(harmless, "%s: %s is %s, which it runs already", n.who, *n.text, ref)
	default:
		e.harm(likelySafe, "%s: %s is taken to be %s: look at the runtime of your nodes where they are set to search other registries", n.who, *n.text, ref)
	}
	*n.text = ref.String()
}

// pinOf gives the digest that is known for an image as the template named it before anything was changed.
func (e *editor) pinOf(n named) (pin, bool) {
	p, ok := e.pins[n.key]
	return p, ok
}

// pinned writes the digest of an image; false where it is not known.
func (e *editor) pinned(n named, ref reference.Reference) bool {
	p, ok := e.pinOf(n)
	if !ok {
		return false
	}
	*n.text = withDigest(*n.text, ref, p)
	e.harm(harmless, "%s: %s is what pod %s runs under %s", n.who, short(p.digest), p.pod.Name, ref.Tagged())
	if p.owner != e.owner {
		e.harm(likelySafe, "%s: no pod of its own has told what it runs; %s runs the same name", n.who, p.owner)
	}
	if len(p.others) > 0 {
		others := make([]string, len(p.others))
		for i := range p.others {
			others[i] = short(p.others[i])
		}
		e.harm(needsEvidence, "%s: other pods run %s under the same name; %s is what the newest that is ready runs: find out which one is meant before it is rolled out", n.who, strings.Join(others, ", "), short(p.digest))
	}
	if len(e.machines) > 1 {
		e.harm(needsEvidence, "nodes are of several types (%s): a digest may be that of one type alone; crane manifest %s tells", strings.Join(e.machines, ", "), *n.text)
	}
	return true
}

// pinImages is IM01 and IM02.
func pinImages(rule string) func(*editor) {
	return func(e *editor) {
		for _, n := range e.images() {
			ref, err := reference.Parse(*n.text)
			switch {
			case err != nil && rule == "IM02":
				e.leave(rule, "%s: %s cannot be read as the name of an image, and no runtime pulls it: write it as registry/repository:tag@sha256:…", n.who, *n.text)
			case err != nil, ref.Digest != "", rule == "IM01" && !ref.Latest():
			case e.pinned(n, ref):
			case rule == "IM01":
				e.leave(rule, "%s: no pod tells which image %s is: name a version, and its digest: skopeo inspect --format '{{.Digest}}' docker://%s, or crane digest %s", n.who, *n.text, ref.Tagged(), ref.Tagged())
			default:
				e.leave(rule, "%s: no pod tells the digest of %s: skopeo inspect --format '{{.Digest}}' docker://%s, or crane digest %s, and write it behind the tag as @sha256:…", n.who, *n.text, ref.Tagged(), ref.Tagged())
			}
		}
	}
}

// pullImages is IM04: a digest where it is known, and otherwise the registry is asked each time.
func (e *editor) pullImages() {
	e.eachTag(func(n named, ref reference.Reference) {
		if *n.policy == "" || *n.policy == corev1.PullAlways || e.pinned(n, ref) {
			return
		}
		*n.policy = corev1.PullAlways
		e.harm(likelySafe, "%s: the registry is asked at each start: a pod does not start where that cannot be reached, or where the pull secret is missing or no longer good", n.who)
	})
}

// settleTags is IM06: of the images that run under one tag, the one that the newest ready pods run.
func (e *editor) settleTags() {
	e.eachTag(func(n named, ref reference.Reference) {
		if !e.moved[n.key] {
			return
		}
		if !e.pinned(n, ref) {
			e.leave("IM06", "%s: which image %s is to be only a registry can tell: crane digest %s", n.who, *n.text, ref.Tagged())
			return
		}
		e.settled = true
		e.harm(needsEvidence, "%s: the tag was moved between two starts: compare the digests with what your build has pushed before one of them is taken", n.who)
	})
}

// lookAt notes which digests run for the images of a template.
func (e *editor) lookAt(p *planner) {
	e.pins, e.moved = map[string]pin{}, map[string]bool{}
	seen := p.seen()
	e.eachTag(func(n named, ref reference.Reference) {
		if found, ok := seen.pinFor(e.owner, n.key, ref); ok {
			e.pins[n.key] = found
		}
		e.moved[n.key] = seen.moved(ref)
	})
	e.machines = p.machines()
}

// aboutImages tells the rules for which it has to be known what runs.
func aboutImages(rule string) bool {
	switch rule {
	case "IM01", "IM02", "IM04", "IM06", "IM07":
		return true
	}
	return false
}
