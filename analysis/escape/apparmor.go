package escape

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// appArmorFields is the minor version of Kubernetes that brought the fields; before it annotations alone count.
const appArmorFields = 30

// free tells whether AppArmor leaves the container alone, and by which field where one says so. What a container says counts
// before its annotation, and that before what the pod says (kubelet pkg/security/apparmor).
func (p *pod) free(c *container) (claim, []model.Evidence) {
	profile, field := p.profile(c)
	kind := corev1.AppArmorProfileType("")
	if profile != nil {
		kind = profile.Type
	}
	switch kind {
	case corev1.AppArmorProfileTypeUnconfined:
		return yes(), []model.Evidence{field}
	case corev1.AppArmorProfileTypeRuntimeDefault:
		// The kubelet starts no such container on a node without AppArmor.
		if !set(c.context.Privileged) {
			return no(), nil
		}
	case corev1.AppArmorProfileTypeLocalhost:
		return depends("what the AppArmor profile of the node allows decides"), []model.Evidence{field}
	}
	switch {
	case set(c.context.Privileged), p.on.AppArmor == model.No:
		return yes(), nil
	case p.on.AppArmor == model.Yes:
		return no(), nil
	}
	return depends("whether AppArmor confines containers on the node decides"), nil
}

// profile gives the AppArmor profile of a container and the field that names it; nil where nothing does.
func (p *pod) profile(c *container) (*corev1.AppArmorProfile, model.Evidence) {
	const path = "securityContext.appArmorProfile.type"
	fields := p.on.Minor == 0 || p.on.Minor >= appArmorFields
	if own := c.context.AppArmorProfile; own != nil && fields {
		return own, c.at(path, string(own.Type))
	}
	key := corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + c.Name
	if v, kind := p.annotations[key], annotated(p.annotations[key]); kind != "" {
		return &corev1.AppArmorProfile{Type: kind}, model.Evidence{Path: "metadata.annotations[" + key + "]", Value: v}
	}
	if of := p.context.AppArmorProfile; of != nil && fields {
		return of, model.Evidence{Path: "spec." + path, Value: string(of.Type)}
	}
	return nil, model.Evidence{}
}

// annotated gives the type of profile that an annotation means; "" for one that means nothing.
func annotated(v string) corev1.AppArmorProfileType {
	switch {
	case v == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault:
		return corev1.AppArmorProfileTypeRuntimeDefault
	case v == corev1.DeprecatedAppArmorBetaProfileNameUnconfined:
		return corev1.AppArmorProfileTypeUnconfined
	case strings.HasPrefix(v, corev1.DeprecatedAppArmorBetaProfileNamePrefix):
		return corev1.AppArmorProfileTypeLocalhost
	}
	return ""
}
