package capture

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// setDefaults fills in what an API server fills in when it decodes an object, as far as a verdict hangs on it. The rules
// are those of pkg/apis/*/v1/defaults.go of Kubernetes 1.37. What admission would add (an account, a token volume, the
// defaults of a LimitRange) is not written in: whether it would is a matter of judgement, not of reading.
func setDefaults(obj runtime.Object) {
	switch o := obj.(type) {
	case *corev1.Pod:
		defaultPod(o)
	case *corev1.Service:
		defaultService(o)
	case *corev1.Secret:
		or(&o.Type, corev1.SecretTypeOpaque)
	case *corev1.Namespace:
		if o.Labels == nil {
			o.Labels = map[string]string{}
		}
		o.Labels[corev1.LabelMetadataName] = o.Name
		or(&o.Status.Phase, corev1.NamespaceActive)
	case *corev1.Node:
		if o.Status.Allocatable == nil {
			o.Status.Allocatable = o.Status.Capacity
		}
	case *corev1.LimitRange:
		for i := range o.Spec.Limits {
			defaultLimit(&o.Spec.Limits[i])
		}
	case *corev1.PersistentVolume:
		or(&o.Spec.PersistentVolumeReclaimPolicy, corev1.PersistentVolumeReclaimRetain)
		orPointer(&o.Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
		or(&o.Status.Phase, corev1.VolumePending)
		if o.Spec.HostPath != nil {
			orPointer(&o.Spec.HostPath.Type, corev1.HostPathUnset)
		}
	case *corev1.PersistentVolumeClaim:
		orPointer(&o.Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
		or(&o.Status.Phase, corev1.ClaimPending)
	case *rbacv1.RoleBinding:
		or(&o.RoleRef.APIGroup, rbacv1.GroupName)
		defaultSubjects(o.Subjects)
	case *rbacv1.ClusterRoleBinding:
		or(&o.RoleRef.APIGroup, rbacv1.GroupName)
		defaultSubjects(o.Subjects)
	case *networkingv1.NetworkPolicy:
		defaultPolicy(o)
	case *networkingv1.IngressClass:
		if o.Spec.Parameters != nil {
			orPointer(&o.Spec.Parameters.Scope, networkingv1.IngressClassParametersReferenceScopeCluster)
		}
	case *discoveryv1.EndpointSlice:
		for i := range o.Ports {
			orPointer(&o.Ports[i].Name, "")
			orPointer(&o.Ports[i].Protocol, corev1.ProtocolTCP)
		}
	case *storagev1.StorageClass:
		orPointer(&o.ReclaimPolicy, corev1.PersistentVolumeReclaimDelete)
		orPointer(&o.VolumeBindingMode, storagev1.VolumeBindingImmediate)
	default:
		defaultWorkload(obj)
		defaultAdmission(obj)
	}
}

// or sets what is empty.
func or[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

func orPointer[T any](v **T, d T) {
	if *v == nil {
		*v = &d
	}
}

func defaultWorkload(obj runtime.Object) {
	switch o := obj.(type) {
	case *appsv1.Deployment:
		orPointer(&o.Spec.Replicas, 1)
		or(&o.Spec.Strategy.Type, appsv1.RollingUpdateDeploymentStrategyType)
		defaultPodSpec(&o.Spec.Template.Spec)
	case *appsv1.ReplicaSet:
		orPointer(&o.Spec.Replicas, 1)
		defaultPodSpec(&o.Spec.Template.Spec)
	case *appsv1.DaemonSet:
		or(&o.Spec.UpdateStrategy.Type, appsv1.RollingUpdateDaemonSetStrategyType)
		defaultPodSpec(&o.Spec.Template.Spec)
	case *appsv1.StatefulSet:
		orPointer(&o.Spec.Replicas, 1)
		or(&o.Spec.PodManagementPolicy, appsv1.OrderedReadyPodManagement)
		or(&o.Spec.UpdateStrategy.Type, appsv1.RollingUpdateStatefulSetStrategyType)
		defaultPodSpec(&o.Spec.Template.Spec)
	case *corev1.ReplicationController:
		orPointer(&o.Spec.Replicas, 1)
		if o.Spec.Template != nil {
			if len(o.Spec.Selector) == 0 {
				o.Spec.Selector = o.Spec.Template.Labels
			}
			if len(o.Labels) == 0 {
				o.Labels = o.Spec.Template.Labels
			}
			defaultPodSpec(&o.Spec.Template.Spec)
		}
	case *batchv1.Job:
		defaultJob(&o.Spec)
		orPointer(&o.Spec.Suspend, false)
		if len(o.Labels) == 0 {
			o.Labels = o.Spec.Template.Labels
		}
	case *batchv1.CronJob:
		orPointer(&o.Spec.Suspend, false)
		or(&o.Spec.ConcurrencyPolicy, batchv1.AllowConcurrent)
		// The job of a template is defaulted when it is made.
		defaultPodSpec(&o.Spec.JobTemplate.Spec.Template.Spec)
	}
}

func defaultJob(spec *batchv1.JobSpec) {
	if spec.Completions == nil && spec.Parallelism == nil {
		orPointer(&spec.Completions, 1)
	}
	orPointer(&spec.Parallelism, 1)
	defaultPodSpec(&spec.Template.Spec)
}

func defaultService(o *corev1.Service) {
	or(&o.Spec.SessionAffinity, corev1.ServiceAffinityNone)
	or(&o.Spec.Type, corev1.ServiceTypeClusterIP)
	for i := range o.Spec.Ports {
		p := &o.Spec.Ports[i]
		or(&p.Protocol, corev1.ProtocolTCP)
		if p.TargetPort == intstr.FromInt32(0) || p.TargetPort == intstr.FromString("") {
			p.TargetPort = intstr.FromInt32(p.Port)
		}
	}
	outside := o.Spec.Type == corev1.ServiceTypeLoadBalancer || o.Spec.Type == corev1.ServiceTypeNodePort
	if outside || o.Spec.Type == corev1.ServiceTypeClusterIP && len(o.Spec.ExternalIPs) > 0 {
		or(&o.Spec.ExternalTrafficPolicy, corev1.ServiceExternalTrafficPolicyCluster)
	}
	if outside || o.Spec.Type == corev1.ServiceTypeClusterIP {
		orPointer(&o.Spec.InternalTrafficPolicy, corev1.ServiceInternalTrafficPolicyCluster)
	}
	if o.Spec.Type == corev1.ServiceTypeLoadBalancer {
		orPointer(&o.Spec.AllocateLoadBalancerNodePorts, true)
	}
}

func defaultSubjects(list []rbacv1.Subject) {
	for i := range list {
		if s := &list[i]; s.Kind == rbacv1.UserKind || s.Kind == rbacv1.GroupKind {
			or(&s.APIGroup, rbacv1.GroupName)
		}
	}
}

func defaultPolicy(o *networkingv1.NetworkPolicy) {
	ports := func(list []networkingv1.NetworkPolicyPort) {
		for i := range list {
			orPointer(&list[i].Protocol, corev1.ProtocolTCP)
		}
	}
	for i := range o.Spec.Ingress {
		ports(o.Spec.Ingress[i].Ports)
	}
	for i := range o.Spec.Egress {
		ports(o.Spec.Egress[i].Ports)
	}
	if len(o.Spec.PolicyTypes) == 0 {
		o.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(o.Spec.Egress) > 0 {
			o.Spec.PolicyTypes = append(o.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
}

func defaultLimit(l *corev1.LimitRangeItem) {
	if l.Type != corev1.LimitTypeContainer {
		return
	}
	fill := func(to *corev1.ResourceList, from corev1.ResourceList) {
		if *to == nil {
			*to = corev1.ResourceList{}
		}
		for k, v := range from {
			if _, ok := (*to)[k]; !ok {
				(*to)[k] = v.DeepCopy()
			}
		}
	}
	fill(&l.Default, l.Max)
	fill(&l.DefaultRequest, l.Default)
	fill(&l.DefaultRequest, l.Min)
}

func defaultAdmission(obj runtime.Object) {
	everything := metav1.LabelSelector{}
	match := func(m *admissionv1.MatchResources) {
		if m != nil {
			orPointer(&m.MatchPolicy, admissionv1.Equivalent)
			orPointer(&m.NamespaceSelector, everything)
			orPointer(&m.ObjectSelector, everything)
			for _, list := range [][]admissionv1.NamedRuleWithOperations{m.ResourceRules, m.ExcludeResourceRules} {
				for i := range list {
					orPointer(&list[i].Scope, admissionv1.AllScopes)
				}
			}
		}
	}
	switch o := obj.(type) {
	case *admissionv1.ValidatingWebhookConfiguration:
		for i := range o.Webhooks {
			w := &o.Webhooks[i]
			orPointer(&w.FailurePolicy, admissionv1.Fail)
			orPointer(&w.MatchPolicy, admissionv1.Equivalent)
			orPointer(&w.NamespaceSelector, everything)
			orPointer(&w.ObjectSelector, everything)
			orPointer(&w.TimeoutSeconds, 10)
			defaultHook(&w.ClientConfig, w.Rules)
		}
	case *admissionv1.MutatingWebhookConfiguration:
		for i := range o.Webhooks {
			w := &o.Webhooks[i]
			orPointer(&w.FailurePolicy, admissionv1.Fail)
			orPointer(&w.MatchPolicy, admissionv1.Equivalent)
			orPointer(&w.NamespaceSelector, everything)
			orPointer(&w.ObjectSelector, everything)
			orPointer(&w.TimeoutSeconds, 10)
			orPointer(&w.ReinvocationPolicy, admissionv1.NeverReinvocationPolicy)
			defaultHook(&w.ClientConfig, w.Rules)
		}
	case *admissionv1.ValidatingAdmissionPolicy:
		orPointer(&o.Spec.FailurePolicy, admissionv1.Fail)
		match(o.Spec.MatchConstraints)
	case *admissionv1.MutatingAdmissionPolicy:
		orPointer(&o.Spec.FailurePolicy, admissionv1.Fail)
		match(o.Spec.MatchConstraints)
	case *admissionv1.ValidatingAdmissionPolicyBinding:
		match(o.Spec.MatchResources)
	case *admissionv1.MutatingAdmissionPolicyBinding:
		match(o.Spec.MatchResources)
	}
}

func defaultHook(c *admissionv1.WebhookClientConfig, rules []admissionv1.RuleWithOperations) {
	if c.Service != nil {
		orPointer(&c.Service.Port, 443)
	}
	for i := range rules {
		orPointer(&rules[i].Scope, admissionv1.AllScopes)
	}
}
