package rollout

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// admission is the built-in plugins of the API server that change a new pod, over one state of the cluster. Rules from
// plugin/pkg/admission/{serviceaccount,limitranger,defaulttolerationseconds} of k8s.io/kubernetes v1.37.
type admission struct {
	get       func(model.Ref) model.Record
	limits    []*corev1.LimitRange
	namespace string
	// token is the name that the token volume gets.
	token string
	// daemon tells that a DaemonSet makes the pod: its controller adds tolerations.
	daemon bool
}

// listIn gives the LimitRanges of a namespace.
func listIn(all func(schema.GroupKind) iter.Seq[model.Record], namespace string) []*corev1.LimitRange {
	return limitsOf(slices.Collect(all(schema.GroupKind{Kind: "LimitRange"})), namespace)
}

func (d *draft) limits(namespace string) []*corev1.LimitRange {
	return limitsOf(d.all(schema.GroupKind{Kind: "LimitRange"}), namespace)
}

func limitsOf(records []model.Record, namespace string) []*corev1.LimitRange {
	sortRecords(records)
	var list []*corev1.LimitRange
	for _, r := range records {
		if l, ok := r.(*record.Typed[*corev1.LimitRange]); ok && l.Namespace == namespace {
			list = append(list, l.Object)
		}
	}
	return list
}

// admit changes a template as a pod made from it would be changed.
func (a *admission) admit(t *corev1.PodTemplateSpec) {
	spec := &t.Spec
	if a.daemon {
		tolerateNode(spec)
	}
	spec.ServiceAccountName = cmp.Or(spec.ServiceAccountName, "default")
	spec.DeprecatedServiceAccount = spec.ServiceAccountName
	account, _ := a.get(model.KindByName("ServiceAccount").Ref(a.namespace, spec.ServiceAccountName)).(*record.Typed[*corev1.ServiceAccount])
	if len(spec.ImagePullSecrets) == 0 && account != nil {
		spec.ImagePullSecrets = slices.Clone(account.Object.ImagePullSecrets)
	}
	if a.automount(spec, account) {
		a.mountToken(spec)
	}
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			a.size(&list[i].Resources)
			if spec.HostNetwork {
				openPorts(list[i].Ports)
			}
		}
	}
	tolerate(spec, corev1.TaintNodeNotReady)
	tolerate(spec, corev1.TaintNodeUnreachable)
	syncAppArmor(t)
}

func (a *admission) automount(spec *corev1.PodSpec, account *record.Typed[*corev1.ServiceAccount]) bool {
	if spec.AutomountServiceAccountToken != nil {
		return *spec.AutomountServiceAccountToken
	}
	if account != nil && account.Object.AutomountServiceAccountToken != nil {
		return *account.Object.AutomountServiceAccountToken
	}
	return true
}

// openPorts defaults the ports of a pod in its node's network, which are ports of the node (pkg/apis/core/v1/defaults.go).
func openPorts(ports []corev1.ContainerPort) {
	for i := range ports {
		if ports[i].HostPort == 0 {
			ports[i].HostPort = ports[i].ContainerPort
		}
	}
}

// mountToken mounts the token where nothing stands in its place, and adds its volume where a container needs it.
func (a *admission) mountToken(spec *corev1.PodSpec) {
	needed := false
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			taken := slices.ContainsFunc(list[i].VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == record.TokenPath })
			if !taken {
				list[i].VolumeMounts = append(list[i].VolumeMounts, corev1.VolumeMount{Name: a.token, ReadOnly: true, MountPath: record.TokenPath})
				needed = true
			}
		}
	}
	if needed && !hasVolume(spec, a.token) {
		spec.Volumes = append(spec.Volumes, record.TokenVolume(a.token))
	}
}

// tidyToken takes away mounts of a token volume that is gone: a sidecar that was laid over the template brings its own.
func (a *admission) tidyToken(t *corev1.PodTemplateSpec) {
	if hasVolume(&t.Spec, a.token) {
		return
	}
	for _, list := range [][]corev1.Container{t.Spec.InitContainers, t.Spec.Containers} {
		for i := range list {
			list[i].VolumeMounts = slices.DeleteFunc(list[i].VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == a.token })
		}
	}
}

// size sets requests that follow from limits, then what the LimitRanges of the namespace default.
func (a *admission) size(r *corev1.ResourceRequirements) {
	r.Requests = fill(r.Requests, r.Limits)
	for _, l := range a.limits {
		for i := range l.Spec.Limits {
			item := &l.Spec.Limits[i]
			if item.Type != corev1.LimitTypeContainer {
				continue
			}
			limits := fill(fill(nil, item.Default), item.Max)
			requests := fill(fill(fill(nil, item.DefaultRequest), limits), item.Min)
			r.Limits = fill(r.Limits, limits)
			r.Requests = fill(r.Requests, requests)
		}
	}
}

// fill adds the resources that a list lacks.
func fill(list, from corev1.ResourceList) corev1.ResourceList {
	for name, q := range from {
		if _, ok := list[name]; ok {
			continue
		}
		if list == nil {
			list = corev1.ResourceList{}
		}
		list[name] = q.DeepCopy()
	}
	return list
}

// tolerateNode adds what the pods of a DaemonSet tolerate (pkg/controller/daemon/util/daemonset_util.go).
func tolerateNode(spec *corev1.PodSpec) {
	add := func(key string, effect corev1.TaintEffect) {
		t := corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: effect}
		if !slices.ContainsFunc(spec.Tolerations, func(o corev1.Toleration) bool { return o.MatchToleration(&t) }) {
			spec.Tolerations = append(spec.Tolerations, t)
		}
	}
	add(corev1.TaintNodeNotReady, corev1.TaintEffectNoExecute)
	add(corev1.TaintNodeUnreachable, corev1.TaintEffectNoExecute)
	add(corev1.TaintNodeDiskPressure, corev1.TaintEffectNoSchedule)
	add(corev1.TaintNodeMemoryPressure, corev1.TaintEffectNoSchedule)
	add(corev1.TaintNodePIDPressure, corev1.TaintEffectNoSchedule)
	add(corev1.TaintNodeUnschedulable, corev1.TaintEffectNoSchedule)
	if spec.HostNetwork {
		add(corev1.TaintNodeNetworkUnavailable, corev1.TaintEffectNoSchedule)
	}
}

// tolerate adds the five minutes that a pod stays on a node which fails.
func tolerate(spec *corev1.PodSpec, taint string) {
	for i := range spec.Tolerations {
		t := &spec.Tolerations[i]
		if (t.Key == taint || t.Key == "") && (t.Effect == corev1.TaintEffectNoExecute || t.Effect == "") {
			return
		}
	}
	seconds := int64(300)
	spec.Tolerations = append(spec.Tolerations, corev1.Toleration{Key: taint, Operator: corev1.TolerationOpExists,
		Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds})
}

// syncAppArmor sets the field that a deprecated annotation stands for, as the API server does on a new pod.
func syncAppArmor(t *corev1.PodTemplateSpec) {
	for k, v := range t.Annotations {
		name, ok := strings.CutPrefix(k, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix)
		if !ok {
			continue
		}
		for _, list := range [][]corev1.Container{t.Spec.InitContainers, t.Spec.Containers} {
			for i := range list {
				if list[i].Name == name {
					setAppArmor(&list[i], v)
				}
			}
		}
	}
}

func setAppArmor(c *corev1.Container, value string) {
	profile := &corev1.AppArmorProfile{}
	local, isLocal := strings.CutPrefix(value, corev1.DeprecatedAppArmorBetaProfileNamePrefix)
	switch {
	case value == corev1.DeprecatedAppArmorBetaProfileNameUnconfined:
		profile.Type = corev1.AppArmorProfileTypeUnconfined
	case value == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault:
		profile.Type = corev1.AppArmorProfileTypeRuntimeDefault
	case isLocal:
		profile.Type, profile.LocalhostProfile = corev1.AppArmorProfileTypeLocalhost, &local
	default:
		return
	}
	if c.SecurityContext == nil {
		c.SecurityContext = &corev1.SecurityContext{}
	}
	if c.SecurityContext.AppArmorProfile == nil {
		c.SecurityContext.AppArmorProfile = profile
	}
}
