package workload

import (
	"errors"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model/record"
)

// image is one that a template names, and where.
type image struct {
	// at is the field and what stands there.
	at place
	// policy is what the spec says of pulling it, and policyPath where.
	policy     corev1.PullPolicy
	policyPath string
	reference.Reference
	// failure says why it cannot be read; nil where it can.
	failure error
}

// named reads what containers of all types and volumes name. A container without an image waits for somebody to fill it in.
func (t *template) named() []image {
	if t.read {
		return t.images
	}
	t.read = true
	for i := range t.containers {
		c := &t.containers[i]
		if c.Image != "" {
			t.addImage(c.at("image", c.Image, ""), c.ImagePullPolicy, c.path+".imagePullPolicy")
		}
	}
	for i := range t.spec.Volumes {
		if v := t.spec.Volumes[i].Image; v != nil && v.Reference != "" {
			path := index("volumes", i) + ".image."
			t.addImage(place{path: path + "reference", value: v.Reference, kind: record.Ordinary}, v.PullPolicy, path+"pullPolicy")
		}
	}
	return t.images
}

func (t *template) addImage(at place, policy corev1.PullPolicy, policyPath string) {
	i := image{at: at, policy: policy, policyPath: policyPath}
	var ok bool
	if i.Reference, ok = plain(at.value); !ok {
		i.Reference, i.failure = reference.Parse(at.value)
	}
	t.images = append(t.images, i)
}

// eachImage gathers the images that a check objects to, and says of each what it wants instead. What cannot be read as a reference
// no runtime pulls, and is told by unpinned alone.
func (t *template) eachImage(check func(*image) (detail string, bad bool)) []place {
	var found []place
	list := t.named()
	for i := range list {
		if one := &list[i]; one.failure == nil {
			if detail, bad := check(one); bad {
				p := one.at
				p.detail = detail
				found = append(found, p)
			}
		}
	}
	return found
}

// latest is IM01.
func latest(t *template) []place {
	return t.eachImage(func(i *image) (string, bool) { return "must name a version", i.Latest() })
}

// unpinned is IM02. An image that cannot be read has no digest that anybody could read either.
func unpinned(t *template) []place {
	var found []place
	list := t.named()
	for i := range list {
		one := &list[i]
		if one.failure == nil && one.Digest != "" {
			continue
		}
		p := one.at
		p.detail = "must name a digest"
		if one.failure != nil {
			why := one.failure
			if below := errors.Unwrap(why); below != nil {
				why = below
			}
			p.value += " (" + why.Error() + ")"
		}
		found = append(found, p)
	}
	return found
}

// foreign is IM03.
func foreign(t *template) []place {
	if t.allow.IsZero() {
		return nil
	}
	return t.eachImage(func(i *image) (string, bool) {
		return "must come from an allowed registry", !t.allow.Allows(i.Reference)
	})
}

// unpulled is IM04. The API server sets the policy of what is live (SetDefaults_Container in pkg/apis/core/v1/defaults.go of
// k8s.io/kubernetes); a manifest that does not tell it gets the one that fits its tag.
func unpulled(t *template) []place {
	var found []place
	list := t.named()
	for i := range list {
		one := &list[i]
		if one.failure != nil || one.Digest != "" || one.policy == "" || one.policy == corev1.PullAlways {
			continue
		}
		p := one.at
		p.path, p.value, p.detail = one.policyPath, string(one.policy), "must be Always for a tag"
		found = append(found, p)
	}
	return found
}

// unclear is IM07.
func unclear(t *template) []place {
	return t.eachImage(func(i *image) (string, bool) {
		if i.Short {
			return "must name its registry", true
		}
		_, why, old := reference.Deprecated(i.Reference)
		return why, old
	})
}
