package record

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// admitted is what the API server added to a pod by itself, alike for nearly all pods. It stands beside a template, so that
// a pod shares the bytes of the one that its owner has: without it each Deployment would keep two, and both would be judged.
// Only what can be put back exactly as it was is taken out; the rules are those of the defaulting of pods and of the
// plug-ins ServiceAccount, Priority and DefaultTolerationSeconds of Kubernetes.
type admitted uint8

const (
	// admittedWaits are the five minutes that a pod stays on a node which fails.
	admittedWaits admitted = 1 << iota
	// admittedLinks are the variables for Services, which pods get unless they refuse them.
	admittedLinks
	// admittedPriority is the priority of pods without a class.
	admittedPriority
	// admittedAccount is the account of pods that name none.
	admittedAccount
	// admittedToken is the volume of the account's token, and its mounts.
	admittedToken
)

const (
	accountName = "default"
	// TokenPath is where containers find the token.
	TokenPath   = "/var/run/secrets/kubernetes.io/serviceaccount"
	waitSeconds = 300
	tokenMode   = 0o644
	// tokenSeconds is the life of a token that admission mounts: an hour and seven seconds, by which it is told from others.
	tokenSeconds = 3607
)

// takeAdmitted takes out of a spec what admission added, and says what that was. Lists are cut short and never written to,
// but for those of containers, which the caller owns.
func takeAdmitted(spec *corev1.PodSpec) admitted {
	var a admitted
	if n := len(spec.Tolerations) - 2; n >= 0 && waits(&spec.Tolerations[n], corev1.TaintNodeNotReady) && waits(&spec.Tolerations[n+1], corev1.TaintNodeUnreachable) {
		a |= admittedWaits
		spec.Tolerations = spec.Tolerations[:n]
	}
	if isTrue(spec.EnableServiceLinks) {
		a |= admittedLinks
		spec.EnableServiceLinks = nil
	}
	if spec.PriorityClassName == "" && spec.Priority != nil && *spec.Priority == 0 && spec.PreemptionPolicy != nil && *spec.PreemptionPolicy == corev1.PreemptLowerPriority {
		a |= admittedPriority
		spec.Priority, spec.PreemptionPolicy = nil, nil
	}
	if spec.ServiceAccountName == accountName && spec.DeprecatedServiceAccount == accountName {
		a |= admittedAccount
		spec.ServiceAccountName, spec.DeprecatedServiceAccount = "", ""
	}
	if n := len(spec.Volumes) - 1; n >= 0 && isTokenVolume(&spec.Volumes[n]) && tokenMounted(spec) {
		a |= admittedToken
		spec.Volumes = spec.Volumes[:n]
		eachContainer(spec, func(c *corev1.Container) {
			if last := len(c.VolumeMounts) - 1; last >= 0 && isTokenMount(&c.VolumeMounts[last]) {
				c.VolumeMounts = c.VolumeMounts[:last]
			}
		})
	}
	return a
}

// putBack undoes takeAdmitted on a spec that nobody else holds.
func (a admitted) putBack(spec *corev1.PodSpec) {
	if a&admittedWaits != 0 {
		spec.Tolerations = append(spec.Tolerations, wait(corev1.TaintNodeNotReady), wait(corev1.TaintNodeUnreachable))
	}
	if a&admittedLinks != 0 {
		yes := true
		spec.EnableServiceLinks = &yes
	}
	if a&admittedPriority != 0 {
		none, lower := int32(0), corev1.PreemptLowerPriority
		spec.Priority, spec.PreemptionPolicy = &none, &lower
	}
	if a&admittedAccount != 0 {
		spec.ServiceAccountName, spec.DeprecatedServiceAccount = accountName, accountName
	}
	if a&admittedToken != 0 {
		spec.Volumes = append(spec.Volumes, TokenVolume(tokenMark))
		eachContainer(spec, func(c *corev1.Container) {
			if !slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == TokenPath }) {
				c.VolumeMounts = append(c.VolumeMounts, tokenMount())
			}
		})
	}
}

func wait(taint string) corev1.Toleration {
	seconds := int64(waitSeconds)
	return corev1.Toleration{Key: taint, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds}
}

func waits(t *corev1.Toleration, taint string) bool {
	return t.TolerationSeconds != nil && *t.TolerationSeconds == waitSeconds &&
		*t == corev1.Toleration{Key: taint, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: t.TolerationSeconds}
}

func eachContainer(spec *corev1.PodSpec, do func(*corev1.Container)) {
	for _, list := range [...][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			do(&list[i])
		}
	}
}

func tokenMount() corev1.VolumeMount {
	return corev1.VolumeMount{Name: tokenMark, ReadOnly: true, MountPath: TokenPath}
}

// isTokenMount tells that a mount is exactly what tokenMount gives: whatever else it said would take bytes.
func isTokenMount(m *corev1.VolumeMount) bool {
	if m.Name != tokenMark || m.MountPath != TokenPath || !m.ReadOnly {
		return false
	}
	want := tokenMount()
	return m.Size() == want.Size()
}

// tokenMounted tells that each container mounts the token last, or has something else in its place: putBack does no more.
func tokenMounted(spec *corev1.PodSpec) bool {
	mounted := true
	eachContainer(spec, func(c *corev1.Container) {
		n := len(c.VolumeMounts)
		taken := false
		for i := range c.VolumeMounts {
			m := &c.VolumeMounts[i]
			own := i == n-1 && isTokenMount(m)
			mounted = mounted && (own || m.Name != tokenMark)
			taken = taken || m.MountPath == TokenPath && !own
		}
		last := n > 0 && isTokenMount(&c.VolumeMounts[n-1])
		mounted = mounted && last != taken
	})
	return mounted
}

// TokenVolume is the volume of an account's token, under a name, as the ServiceAccount plug-in adds it to a pod
// (plugin/pkg/admission/serviceaccount/admission.go).
func TokenVolume(name string) corev1.Volume {
	mode, seconds := int32(tokenMode), int64(tokenSeconds)
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
		DefaultMode: &mode,
		Sources: []corev1.VolumeProjection{
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token", ExpirationSeconds: &seconds}},
			{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"},
				Items: []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}}}},
			{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{
				{Path: "namespace", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"}}}}},
		},
	}}}
}

// isTokenVolume tells that a volume is exactly what TokenVolume gives: their bytes are the same.
func isTokenVolume(v *corev1.Volume) bool {
	if v.Name != tokenMark || v.Projected == nil || len(v.Projected.Sources) != 3 {
		return false
	}
	want := TokenVolume(tokenMark)
	have, err := v.Marshal()
	if err != nil {
		return false
	}
	bytes, err := want.Marshal()
	return err == nil && string(have) == string(bytes)
}
