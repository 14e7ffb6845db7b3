package load

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	author     = "argocd-controller"
	controller = "kube-controller-manager"
)

// deployment adds a Deployment with its present ReplicaSet, some old ones, and its pods.
func (g *generator) deployment() {
	a := g.newApp()
	replicas := int32(min(pick(g, []int{1, 2, 2, 3, 3, 3, 4, 5, 6, 8, 12}), g.wanted-g.pods))
	selector := &metav1.LabelSelector{MatchLabels: a.labels}
	owner := g.add(stageOwners, &appsv1.Deployment{
		ObjectMeta: a.meta(a.name),
		Spec:       appsv1.DeploymentSpec{Replicas: &replicas, Selector: selector, Template: a.template},
		Status: appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: replicas, ReadyReplicas: replicas, AvailableReplicas: replicas, UpdatedReplicas: replicas,
			Conditions: []appsv1.DeploymentCondition{{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue, Reason: "MinimumReplicasAvailable", LastUpdateTime: metav1.Now(), LastTransitionTime: metav1.Now()}}},
	}, nil, author, controller)
	for range pick(g, []int{0, 0, 1, 1, 2}) {
		old := a.template.DeepCopy()
		old.Spec.Containers[0].Image = "registry.example/" + a.namespace + "/" + a.name + "-app:0." + g.suffix(2)
		g.replicaSet(a, owner, *old, 0)
	}
	set, hash := g.replicaSet(a, owner, a.template, replicas)
	pods := make([]string, 0, replicas)
	for range replicas {
		pods = append(pods, set.object.GetName()+"-"+g.suffix(5))
	}
	g.appPods(a, set, pods, func(pod *corev1.Pod) { pod.Labels["pod-template-hash"] = hash })
	g.around(a)
}

func (g *generator) replicaSet(a *app, owner *item, template corev1.PodTemplateSpec, replicas int32) (*item, string) {
	hash := g.suffix(10)
	template.Labels = with(template.Labels, "pod-template-hash", hash)
	set := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: a.name + "-" + hash, Namespace: a.namespace, Labels: template.Labels},
		Spec:       appsv1.ReplicaSetSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: with(a.labels, "pod-template-hash", hash)}, Template: template},
		Status:     appsv1.ReplicaSetStatus{ObservedGeneration: 1, Replicas: replicas, ReadyReplicas: replicas, AvailableReplicas: replicas, FullyLabeledReplicas: replicas},
	}
	status := controller
	if replicas == 0 {
		status = "" // all zero, as it is made
	}
	return g.add(stageOwned, set, owner, controller, status), hash
}

// statefulSet adds a StatefulSet with its pods; half of them have claims bound to volumes.
func (g *generator) statefulSet() {
	a := g.newApp()
	replicas := int32(min(1+g.IntN(5), g.wanted-g.pods))
	set := &appsv1.StatefulSet{
		ObjectMeta: a.meta(a.name),
		Spec:       appsv1.StatefulSetSpec{Replicas: &replicas, ServiceName: a.name, Selector: &metav1.LabelSelector{MatchLabels: a.labels}, Template: a.template},
		Status:     appsv1.StatefulSetStatus{ObservedGeneration: 1, Replicas: replicas, ReadyReplicas: replicas, CurrentReplicas: replicas, UpdatedReplicas: replicas, AvailableReplicas: replicas},
	}
	stored := g.chance(50)
	if stored {
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}, Spec: claimSpec("")}}
	}
	owner := g.add(stageOwners, set, nil, author, controller)
	pods := make([]string, 0, replicas)
	for i := range replicas {
		pods = append(pods, fmt.Sprintf("%s-%d", a.name, i))
	}
	g.appPods(a, owner, pods, func(pod *corev1.Pod) {
		pod.Labels["apps.kubernetes.io/pod-index"] = pod.Name[strings.LastIndex(pod.Name, "-")+1:]
		pod.Labels["statefulset.kubernetes.io/pod-name"] = pod.Name
		pod.Spec.Hostname, pod.Spec.Subdomain = pod.Name, a.name
		if stored {
			g.claim(a, "data-"+pod.Name)
			pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "data", VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-" + pod.Name},
			}})
		}
	})
	g.around(a)
}

// daemonSet adds a DaemonSet with a pod on each node.
func (g *generator) daemonSet() {
	a := g.newApp()
	a.template.Spec.TopologySpreadConstraints = nil
	count := int32(min(len(g.nodes), g.wanted-g.pods))
	owner := g.add(stageOwners, &appsv1.DaemonSet{
		ObjectMeta: a.meta(a.name),
		Spec:       appsv1.DaemonSetSpec{Selector: &metav1.LabelSelector{MatchLabels: a.labels}, Template: a.template},
		Status: appsv1.DaemonSetStatus{ObservedGeneration: 1, DesiredNumberScheduled: count, CurrentNumberScheduled: count, NumberReady: count, NumberAvailable: count,
			UpdatedNumberScheduled: count},
	}, nil, author, controller)
	var pods []string
	for range count {
		pods = append(pods, a.name+"-"+g.suffix(5))
	}
	next := 0
	g.appPods(a, owner, pods, func(pod *corev1.Pod) {
		pod.Spec.NodeName = g.nodes[next]
		next++
		pod.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{
			NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchFields: []corev1.NodeSelectorRequirement{
				{Key: "metadata.name", Operator: corev1.NodeSelectorOpIn, Values: []string{pod.Spec.NodeName}},
			}}},
		}}}
	})
}

// cronJob adds a CronJob with three Jobs whose pods have ended.
func (g *generator) cronJob() {
	a := g.newApp()
	a.template.Spec.RestartPolicy = corev1.RestartPolicyNever
	template := batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: a.template}}
	cron := g.add(stageOwners, &batchv1.CronJob{
		ObjectMeta: a.meta(a.name),
		Spec:       batchv1.CronJobSpec{Schedule: fmt.Sprintf("%d %d * * *", g.IntN(60), g.IntN(24)), JobTemplate: template},
	}, nil, author, "")
	for i := range min(3, g.wanted-g.pods) {
		name := fmt.Sprintf("%s-%d", a.name, 29_380_000+i*1440)
		job := g.add(stageOwned, &batchv1.Job{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: a.namespace, Labels: a.labels}, Spec: *template.Spec.DeepCopy(),
		}, cron, controller, "")
		pod := g.pod(a, name+"-"+g.suffix(5))
		pod.Labels = with(pod.Labels, "batch.kubernetes.io/job-name", name, "job-name", name)
		g.addPod(pod, job, corev1.PodSucceeded)
	}
}

// appPods adds a workload's pods, each changed by the controller that makes it, and the Service in front of them.
func (g *generator) appPods(a *app, owner *item, names []string, change func(*corev1.Pod)) {
	pods := make([]*corev1.Pod, 0, len(names))
	for _, name := range names {
		pod := g.pod(a, name)
		change(pod)
		g.addPod(pod, owner, corev1.PodRunning)
		pods = append(pods, pod)
	}
	g.service(a, pods)
}

// pod makes a pod of a workload's template. It shares what pods of one template have in common, so 10,000 take little room.
func (g *generator) pod(a *app, name string) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: a.namespace, Labels: with(a.template.Labels), Annotations: a.template.Annotations},
		Spec:       a.template.Spec,
	}
	pod.Spec.NodeName = pick(g, g.nodes)
	pod.Spec.Volumes = append([]corev1.Volume(nil), a.template.Spec.Volumes...)
	return pod
}

// around adds what else a workload often has.
func (g *generator) around(a *app) {
	if g.chance(15) {
		one := intstr.FromInt32(1)
		g.add(stageEndpoints, &policyv1.PodDisruptionBudget{
			ObjectMeta: a.meta(a.name),
			Spec:       policyv1.PodDisruptionBudgetSpec{MaxUnavailable: &one, Selector: &metav1.LabelSelector{MatchLabels: a.labels}},
		}, nil, author, "")
	}
	if g.chance(25) {
		g.networkPolicy(a)
	}
	if g.chance(8) {
		g.ingress(a)
	}
}
