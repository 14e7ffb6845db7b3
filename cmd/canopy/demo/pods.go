package demo

import (
	"maps"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const tokenMount = "/var/run/secrets/kubernetes.io/serviceaccount"

func key(o object) types.NamespacedName {
	return types.NamespacedName{Namespace: o.GetNamespace(), Name: o.GetName()}
}

// grow makes one pod of an owner, to be placed by schedule.
func (c *cluster) grow(owner object, template corev1.PodTemplateSpec, name string, index int) {
	p := seed(owner, template, name)
	p.UID = uid(p)
	p.CreationTimestamp = metav1.NewTime(changed(owner).Add(time.Duration(3+9*index) * time.Second))
	c.admit(p)
	c.pods = append(c.pods, p)
	c.waiting = append(c.waiting, p)
}

// seed is a pod as its owner asks for it.
func seed(owner object, template corev1.PodTemplateSpec, name string) *corev1.Pod {
	p := &corev1.Pod{TypeMeta: typeMeta(corev1.SchemeGroupVersion, "Pod"), Spec: *template.Spec.DeepCopy()}
	p.Namespace, p.Name, p.OwnerReferences = owner.GetNamespace(), name, controlledBy(owner)
	p.Labels, p.Annotations = maps.Clone(template.Labels), maps.Clone(template.Annotations)
	if _, ok := owner.(*appsv1.StatefulSet); !ok {
		p.GenerateName = owner.GetName() + "-"
	}
	return p
}

// admit plays the admission plugins that change a pod: Priority,
// ServiceAccount, LimitRanger and DefaultTolerationSeconds.
func (c *cluster) admit(p *corev1.Pod) {
	mirror := p.Annotations[corev1.MirrorPodAnnotationKey] != ""
	if p.Spec.ServiceAccountName == "" && !mirror {
		p.Spec.ServiceAccountName, p.Spec.DeprecatedServiceAccount = "default", "default"
	}
	automount := c.token[types.NamespacedName{Namespace: p.Namespace, Name: p.Spec.ServiceAccountName}]
	if p.Spec.AutomountServiceAccountToken != nil {
		automount = *p.Spec.AutomountServiceAccountToken
	}
	if automount && !mirror {
		mountToken(p)
	}
	set(&p.Spec.Priority, 0)
	switch p.Spec.PriorityClassName {
	case "system-node-critical":
		p.Spec.Priority = new(int32(2000001000))
	case "system-cluster-critical":
		p.Spec.Priority = new(int32(2000000000))
	}
	set(&p.Spec.PreemptionPolicy, corev1.PreemptLowerPriority)
	if limits := c.limits[p.Namespace]; limits != nil {
		for i := range p.Spec.Containers {
			limit(&p.Spec.Containers[i], limits)
		}
	}
	for _, k := range []string{corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
		if !mirror && !tolerates(p.Spec.Tolerations, corev1.Taint{Key: k, Effect: corev1.TaintEffectNoExecute}) {
			p.Spec.Tolerations = append(p.Spec.Tolerations, corev1.Toleration{Key: k, Operator: corev1.TolerationOpExists,
				Effect: corev1.TaintEffectNoExecute, TolerationSeconds: new(int64(300))})
		}
	}
}

func limit(ctr *corev1.Container, limits *corev1.LimitRange) {
	fill := func(list *corev1.ResourceList, defaults corev1.ResourceList) {
		for name, q := range defaults {
			if _, ok := (*list)[name]; !ok {
				if *list == nil {
					*list = corev1.ResourceList{}
				}
				(*list)[name] = q
			}
		}
	}
	for _, item := range limits.Spec.Limits {
		if item.Type == corev1.LimitTypeContainer {
			fill(&ctr.Resources.Requests, item.DefaultRequest)
			fill(&ctr.Resources.Limits, item.Default)
		}
	}
}

// mountToken adds the projected volume of plugin/pkg/admission/serviceaccount.
func mountToken(p *corev1.Pod) {
	name := "kube-api-access-" + suffix("token", p.UID)
	p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
		DefaultMode: new(corev1.ProjectedVolumeSourceDefaultMode),
		Sources: []corev1.VolumeProjection{
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{ExpirationSeconds: new(int64(3607)), Path: "token"}},
			{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"}, Items: []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}}}},
			{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{{Path: "namespace", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"}}}}},
		}}}})
	mount := corev1.VolumeMount{Name: name, ReadOnly: true, MountPath: tokenMount}
	for i := range p.Spec.InitContainers {
		p.Spec.InitContainers[i].VolumeMounts = append(p.Spec.InitContainers[i].VolumeMounts, mount)
	}
	for i := range p.Spec.Containers {
		p.Spec.Containers[i].VolumeMounts = append(p.Spec.Containers[i].VolumeMounts, mount)
	}
}

// tolerateAsDaemon adds the tolerations of pkg/controller/daemon/util.
func tolerateAsDaemon(s *corev1.PodSpec) {
	add := func(key string, effect corev1.TaintEffect) {
		t := corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: effect}
		if !slices.Contains(s.Tolerations, t) {
			s.Tolerations = append(s.Tolerations, t)
		}
	}
	add(corev1.TaintNodeNotReady, corev1.TaintEffectNoExecute)
	add(corev1.TaintNodeUnreachable, corev1.TaintEffectNoExecute)
	for _, k := range []string{corev1.TaintNodeDiskPressure, corev1.TaintNodeMemoryPressure, corev1.TaintNodePIDPressure, corev1.TaintNodeUnschedulable} {
		add(k, corev1.TaintEffectNoSchedule)
	}
	if s.HostNetwork {
		add(corev1.TaintNodeNetworkUnavailable, corev1.TaintEffectNoSchedule)
	}
}

func pinTo(s *corev1.PodSpec, node string) {
	s.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{
		NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchFields: []corev1.NodeSelectorRequirement{
			{Key: metav1.ObjectNameField, Operator: corev1.NodeSelectorOpIn, Values: []string{node}}}}}}}}
}

func tolerates(tolerations []corev1.Toleration, taint corev1.Taint) bool {
	return slices.ContainsFunc(tolerations, func(t corev1.Toleration) bool {
		return (t.Effect == "" || t.Effect == taint.Effect) && (t.Key == "" || t.Key == taint.Key) &&
			(t.Operator == corev1.TolerationOpExists || t.Value == taint.Value)
	})
}
