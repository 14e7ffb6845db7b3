package main

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// crowd draws a cluster from a seed, as a server gives it out: Deployments of one to eleven pods with their ReplicaSets
// and accounts, and nodes with the list of images that a kubelet reports. Every fifth Deployment is privileged.
type crowd struct {
	random *rand.Rand
	nodes  int
	made   metav1.Time
}

func newCrowd(seed uint64, nodes int) *crowd {
	return &crowd{rand.New(rand.NewPCG(seed, 0)), nodes, metav1.NewTime(time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC))}
}

// objects gives so many pods and all that belongs to them, owners first.
func (c *crowd) objects(pods int) iter.Seq[runtime.Object] {
	return func(yield func(runtime.Object) bool) {
		for i := range c.nodes {
			if !yield(c.node(i)) {
				return
			}
		}
		for i := 0; pods > 0; i++ {
			replicas := min(pods, 1+c.random.IntN(11))
			pods -= replicas
			for _, o := range c.app(i, replicas) {
				if !yield(o) {
					return
				}
			}
		}
	}
}

func (c *crowd) app(i, replicas int) []runtime.Object {
	namespace, name := fmt.Sprintf("team-%02d", i%60), fmt.Sprintf("app-%05d", i)
	count, hash := int32(replicas), fmt.Sprintf("%08x", c.random.Uint32())
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "shop"}}, Spec: c.spec(name, i%5 == 0)}
	selector := &metav1.LabelSelector{MatchLabels: template.Labels}
	deployment := &appsv1.Deployment{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}, ObjectMeta: c.meta(namespace, name, nil),
		Spec: appsv1.DeploymentSpec{Replicas: &count, Selector: selector, Template: template}}
	set := &appsv1.ReplicaSet{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ReplicaSet"}, ObjectMeta: c.meta(namespace, name+"-"+hash, deployment),
		Spec: appsv1.ReplicaSetSpec{Replicas: &count, Selector: selector, Template: template}, Status: appsv1.ReplicaSetStatus{Replicas: count}}
	account := &corev1.ServiceAccount{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: c.meta(namespace, name, nil)}
	list := []runtime.Object{account, deployment, set}
	for range replicas {
		list = append(list, c.pod(set))
	}
	return list
}

func (c *crowd) meta(namespace, name string, owner *appsv1.Deployment) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: namespace, Name: name, UID: c.uid(), ResourceVersion: fmt.Sprint(100_000 + c.random.IntN(1_000_000)), CreationTimestamp: c.made}
	if owner != nil {
		m.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(owner, owner.GroupVersionKind())}
	}
	return m
}

func (c *crowd) uid() types.UID {
	return types.UID(fmt.Sprintf("%08x-0000-4000-8000-%012x", c.random.Uint32(), c.random.Uint64()>>16))
}

// pod is one of a ReplicaSet: what its template says, and what admission, scheduler and kubelet add.
func (c *crowd) pod(set *appsv1.ReplicaSet) *corev1.Pod {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	suffix := make([]byte, 5)
	for i := range suffix {
		suffix[i] = letters[c.random.IntN(len(letters))]
	}
	p := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: c.meta(set.Namespace, set.Name+"-"+string(suffix), nil), Spec: *set.Spec.Template.Spec.DeepCopy()}
	p.GenerateName, p.OwnerReferences = set.Name+"-", []metav1.OwnerReference{*metav1.NewControllerRef(set, set.GroupVersionKind())}
	p.Labels = map[string]string{"pod-template-hash": set.Name[len(set.Name)-8:]}
	for k, v := range set.Spec.Template.Labels {
		p.Labels[k] = v
	}
	fields := `{"f:metadata":{"f:labels":{"f:app.kubernetes.io/name":{}}},"f:spec":{` + strings.Repeat(`"k:{\"name\":\"SETTING\"}":{".":{},"f:name":{},"f:value":{}},`, 40) + `"f:containers":{}}}`
	p.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kube-controller-manager", Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: "v1", Time: &c.made, FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(fields)}}
	token := "kube-api-access-" + string(suffix)
	p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: token, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}}}}})
	p.Spec.NodeName = fmt.Sprint("node-", c.random.IntN(max(1, c.nodes)))
	p.Status = corev1.PodStatus{Phase: corev1.PodRunning, PodIP: fmt.Sprintf("10.%d.%d.%d", c.random.IntN(250), c.random.IntN(250), c.random.IntN(250)), HostIP: "10.0.0.1", StartTime: &c.made, QOSClass: corev1.PodQOSBurstable,
		Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: c.made}, {Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: c.made}}}
	yes := true
	for i := range p.Spec.Containers {
		container := &p.Spec.Containers[i]
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: token, MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true})
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: container.Name, Ready: true, Started: &yes, Image: container.Image,
			ImageID: "registry.example/app@sha256:" + strings.Repeat("0123456789abcdef", 4), ContainerID: fmt.Sprintf("containerd://%064x", c.random.Uint64()), State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: c.made}}})
	}
	return p
}

func (c *crowd) spec(name string, flawed bool) corev1.PodSpec {
	spec := corev1.PodSpec{ServiceAccountName: name, RestartPolicy: corev1.RestartPolicyAlways, DNSPolicy: corev1.DNSClusterFirst, SchedulerName: "default-scheduler",
		Volumes: []corev1.Volume{{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}}}}}}
	probe := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(8080)}}, PeriodSeconds: 10, TimeoutSeconds: 1, FailureThreshold: 3, SuccessThreshold: 1}
	for i, n := range []string{"main", "proxy", "logs"} {
		container := corev1.Container{Name: n, Image: fmt.Sprintf("registry.example/team/%s/%s:1.%d", name, n, c.random.IntN(100)), Args: []string{"--listen=:8080", "--config=/etc/app/config.yaml"},
			LivenessProbe: probe, ReadinessProbe: probe, VolumeMounts: []corev1.VolumeMount{{Name: "config", MountPath: "/etc/app"}}, ImagePullPolicy: corev1.PullIfNotPresent,
			Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("128Mi")}, Limits: corev1.ResourceList{"memory": resource.MustParse("256Mi")}}}
		for e := range 16 {
			container.Env = append(container.Env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%d", e), Value: fmt.Sprintf("https://service-%d.%s.svc.cluster.local:8443/path/%d", e, name, c.random.IntN(1000))})
		}
		if yes := true; flawed && i == 0 {
			container.SecurityContext = &corev1.SecurityContext{Privileged: &yes}
		}
		spec.Containers = append(spec.Containers, container)
	}
	return spec
}

func (c *crowd) node(i int) *corev1.Node {
	n := &corev1.Node{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Node"}, ObjectMeta: c.meta("", fmt.Sprint("node-", i), nil),
		Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v1.37.2", ContainerRuntimeVersion: "containerd://2.1.0"}, Capacity: corev1.ResourceList{"cpu": resource.MustParse("16")}}}
	for j := range 50 {
		n.Status.Images = append(n.Status.Images, corev1.ContainerImage{Names: []string{fmt.Sprintf("registry.example/team/app-%d@sha256:%064d", j, j)}, SizeBytes: 1 << 27})
	}
	return n
}
