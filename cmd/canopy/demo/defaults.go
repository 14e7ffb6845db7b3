package demo

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// setDefaults fills in what the API server fills in at admission
// (pkg/apis/*/v1/defaults.go of Kubernetes), as far as an analyser reads it.
func (c *cluster) setDefaults(o object) {
	switch o := o.(type) {
	case *corev1.Namespace:
		c.born[o.Name] = o.CreationTimestamp.Time
		metav1.SetMetaDataLabel(&o.ObjectMeta, corev1.LabelMetadataName, o.Name)
		o.Spec.Finalizers = []corev1.FinalizerName{corev1.FinalizerKubernetes}
		o.Status.Phase = corev1.NamespaceActive
	case *corev1.Secret:
		for k, v := range o.StringData {
			if o.Data == nil {
				o.Data = map[string][]byte{}
			}
			o.Data[k] = []byte(v)
		}
		o.StringData = nil
	case *corev1.Service:
		defaultService(o)
	case *corev1.LimitRange:
		c.limits[o.Namespace] = o
	case *policyv1.PodDisruptionBudget:
		o.Generation = 1
	case *appsv1.Deployment:
		o.Generation = 1 + int64(number("generation", o.UID)%9)
		set(&o.Spec.RevisionHistoryLimit, 10)
		set(&o.Spec.ProgressDeadlineSeconds, 600)
		if o.Spec.Strategy.Type == "" {
			quarter := intstr.FromString("25%")
			o.Spec.Strategy = appsv1.DeploymentStrategy{Type: appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{MaxUnavailable: &quarter, MaxSurge: &quarter}}
		}
		defaultPodSpec(&o.Spec.Template.Spec)
	case *appsv1.StatefulSet:
		o.Generation = 1
		set(&o.Spec.RevisionHistoryLimit, 10)
		if o.Spec.UpdateStrategy.Type == "" {
			o.Spec.UpdateStrategy.Type = appsv1.RollingUpdateStatefulSetStrategyType
		}
		for i := range o.Spec.VolumeClaimTemplates {
			set(&o.Spec.VolumeClaimTemplates[i].Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
		}
		defaultPodSpec(&o.Spec.Template.Spec)
	case *appsv1.DaemonSet:
		o.Generation = 1
		set(&o.Spec.RevisionHistoryLimit, 10)
		defaultPodSpec(&o.Spec.Template.Spec)
	case *batchv1.CronJob:
		o.Generation = 1
		set(&o.Spec.Suspend, false)
		defaultPodSpec(&o.Spec.JobTemplate.Spec.Template.Spec)
	case *batchv1.Job:
		o.Generation = 1
		set(&o.Spec.Suspend, false)
		defaultPodSpec(&o.Spec.Template.Spec)
	case *corev1.Pod:
		defaultPodSpec(&o.Spec)
	}
}

func set[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

func defaultService(s *corev1.Service) {
	if s.Spec.Type == "" {
		s.Spec.Type = corev1.ServiceTypeClusterIP
	}
	if s.Spec.ClusterIP == "" {
		n := number("cluster ip", s.Namespace, s.Name)
		s.Spec.ClusterIP = fmt.Sprintf("10.%d.%d.%d", 96+n%16, n>>8%254, 1+n>>16%254)
	}
	s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	s.Spec.IPFamilies = []corev1.IPFamily{corev1.IPv4Protocol}
	s.Spec.IPFamilyPolicy = new(corev1.IPFamilyPolicySingleStack)
	s.Spec.InternalTrafficPolicy = new(corev1.ServiceInternalTrafficPolicyCluster)
	s.Spec.SessionAffinity = corev1.ServiceAffinityNone
	if s.Spec.Type != corev1.ServiceTypeClusterIP && s.Spec.ExternalTrafficPolicy == "" {
		s.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicyCluster
	}
	for i := range s.Spec.Ports {
		if p := &s.Spec.Ports[i]; p.Protocol == "" {
			p.Protocol = corev1.ProtocolTCP
		}
	}
}

func defaultPodSpec(s *corev1.PodSpec) {
	if s.RestartPolicy == "" {
		s.RestartPolicy = corev1.RestartPolicyAlways
	}
	if s.DNSPolicy == "" {
		s.DNSPolicy = corev1.DNSClusterFirst
	}
	if s.SchedulerName == "" {
		s.SchedulerName = corev1.DefaultSchedulerName
	}
	set(&s.TerminationGracePeriodSeconds, 30)
	set(&s.SecurityContext, corev1.PodSecurityContext{})
	set(&s.EnableServiceLinks, true)
	s.DeprecatedServiceAccount = s.ServiceAccountName
	for i := range s.InitContainers {
		defaultContainer(&s.InitContainers[i], s.HostNetwork)
	}
	for i := range s.Containers {
		defaultContainer(&s.Containers[i], s.HostNetwork)
	}
	for i := range s.EphemeralContainers {
		e := &s.EphemeralContainers[i].EphemeralContainerCommon
		e.TerminationMessagePath, e.TerminationMessagePolicy = corev1.TerminationMessagePathDefault, corev1.TerminationMessageReadFile
	}
	for i := range s.Volumes {
		switch v := &s.Volumes[i].VolumeSource; {
		case v.Secret != nil:
			set(&v.Secret.DefaultMode, corev1.SecretVolumeSourceDefaultMode)
		case v.ConfigMap != nil:
			set(&v.ConfigMap.DefaultMode, corev1.ConfigMapVolumeSourceDefaultMode)
		case v.HostPath != nil:
			set(&v.HostPath.Type, corev1.HostPathUnset)
		}
	}
}

func defaultContainer(c *corev1.Container, hostNetwork bool) {
	c.TerminationMessagePath, c.TerminationMessagePolicy = corev1.TerminationMessagePathDefault, corev1.TerminationMessageReadFile
	for i := range c.Ports {
		p := &c.Ports[i]
		if p.Protocol == "" {
			p.Protocol = corev1.ProtocolTCP
		}
		if hostNetwork && p.HostPort == 0 {
			p.HostPort = p.ContainerPort
		}
	}
	for i := range c.Env {
		if f := c.Env[i].ValueFrom; f != nil && f.FieldRef != nil && f.FieldRef.APIVersion == "" {
			f.FieldRef.APIVersion = "v1"
		}
	}
	for _, p := range []*corev1.Probe{c.LivenessProbe, c.ReadinessProbe} {
		if p == nil {
			continue
		}
		if p.HTTPGet != nil && p.HTTPGet.Scheme == "" {
			p.HTTPGet.Scheme = corev1.URISchemeHTTP
		}
		p.TimeoutSeconds, p.PeriodSeconds = max(p.TimeoutSeconds, 1), max(p.PeriodSeconds, 10)
		p.SuccessThreshold = max(p.SuccessThreshold, 1)
		if p.FailureThreshold == 0 {
			p.FailureThreshold = 3
		}
	}
	defaultRequests(c)
}

// defaultRequests takes a missing request from its limit.
func defaultRequests(c *corev1.Container) {
	for name, q := range c.Resources.Limits {
		if _, ok := c.Resources.Requests[name]; !ok {
			if c.Resources.Requests == nil {
				c.Resources.Requests = corev1.ResourceList{}
			}
			c.Resources.Requests[name] = q
		}
	}
}
