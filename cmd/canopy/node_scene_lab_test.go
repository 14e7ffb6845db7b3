package main

import (
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/dynamic"

	"canopy/k8s/labtest"
	"canopy/model"
)

// replicated makes a StatefulSet with two pods that run on m1.
func (w *nodeWorld) replicated(t *testing.T, namespace, name string) {
	t.Helper()
	two, yes, labels := int32(2), true, map[string]string{"app": name}
	spec := corev1.PodSpec{NodeName: "m1", Containers: []corev1.Container{{Name: "app", Image: "registry.example/app:1", Resources: corev1.ResourceRequirements{Requests: resources("100m", "64Mi"), Limits: resources("500m", "128Mi")}}}}
	for _, list := range []corev1.ResourceList{spec.Containers[0].Resources.Requests, spec.Containers[0].Resources.Limits} {
		delete(list, corev1.ResourcePods)
	}
	template := *spec.DeepCopy()
	template.NodeName = ""
	set, err := w.client.AppsV1().StatefulSets(namespace).Create(t.Context(), &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.StatefulSetSpec{
		Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: labels}, ServiceName: name, Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: template}}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pod := range []string{name + "-0", name + "-1"} {
		p, err := w.client.CoreV1().Pods(namespace).Create(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: pod, Labels: labels,
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: name, UID: set.UID, Controller: &yes}}}, Spec: spec}, metav1.CreateOptions{})
		if err == nil {
			p.Status.Phase = corev1.PodRunning
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", Image: "registry.example/app:1", Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}}}}
			_, err = w.client.CoreV1().Pods(namespace).UpdateStatus(t.Context(), p, metav1.UpdateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// testBudget makes a budget that lets no pod go, and mends it.
func (w *nodeWorld) testBudget(t *testing.T) {
	namespace := w.lab.Namespace(t)
	w.replicated(t, namespace, "web")
	owner, id := "VP11/apps/StatefulSet/"+namespace+"/web", "VP10/policy/PodDisruptionBudget/"+namespace+"/web"
	w.until(t, "no budget at all", func() bool { return w.open(owner) != nil })

	budgets := w.client.PolicyV1().PodDisruptionBudgets(namespace)
	none := intstr.FromInt32(2)
	b, err := budgets.Create(t.Context(), &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: policyv1.PodDisruptionBudgetSpec{
		MinAvailable: &none, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.until(t, "a budget that blocks", func() bool { return w.open(id) != nil && w.open(owner) == nil })
	if f := w.open(id); f.Verdict != model.Yes || f.Pods != 2 || f.Severity != model.Medium {
		t.Errorf("%+v", f)
	}
	w.screen.press("2", "/", "\x15rule:VP10", "\r")
	w.screen.shows("VP10", namespace+"/PodDisruptionBudget/web")
	// What a drain of the node stumbles over.
	w.screen.press("7", ":go Node/m1\r")
	w.screen.shows("enter node")
	w.screen.press("\r", "t", "t")
	w.screen.shows("[drain]")
	w.screen.says("budget web never allows an eviction")

	some := intstr.FromInt32(1)
	b.Spec.MinAvailable = &some
	if _, err := budgets.Update(t.Context(), b, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	w.until(t, "a budget that lets one go", func() bool { return w.open(id) == nil && w.open(owner) == nil })
	w.screen.press("2")
	w.screen.lacks("VP10", namespace+"/PodDisruptionBudget/web")
	w.screen.press("/", "\x15", "\r", "7")
}

// testVersions writes objects by API versions that end: one that the server serves and calls deprecated, and one that is only told by the copy
// that kubectl keeps. Of the kinds that are built in the server serves none besides the version that is read.
func (w *nodeWorld) testVersions(t *testing.T) {
	namespace := w.lab.Namespace(t)
	client, err := dynamic.NewForConfig(w.lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	k := model.KindByName("Certificate")
	schema := map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}
	u := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": map[string]any{"name": k.Resource + "." + k.Group},
		"spec": map[string]any{"group": k.Group, "scope": "Namespaced", "names": map[string]any{"plural": k.Resource, "singular": "certificate", "kind": k.Kind, "listKind": k.Kind + "List"},
			"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true, "schema": schema}, map[string]any{"name": "v1beta1", "served": true, "storage": false, "deprecated": true, "schema": schema}}},
	}}
	if _, err := client.Resource(model.KindByName("CustomResourceDefinition").GVR()).Create(t.Context(), u, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	old := k.GVR()
	old.Version = "v1beta1"
	site := func(version string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": k.Group + "/" + version, "kind": k.Kind, "metadata": map[string]any{"name": "site", "namespace": namespace}, "spec": map[string]any{"secretName": "site"}}}
	}
	w.until(t, "the kind is served", func() bool {
		_, err := client.Resource(old).Namespace(namespace).Create(t.Context(), site("v1beta1"), metav1.CreateOptions{FieldManager: "helm"})
		return err == nil
	})
	served := "VP06/" + k.Group + "/Certificate/" + namespace + "/site"
	w.until(t, "a version that is served and deprecated", func() bool { return w.open(served) != nil })
	f := w.open(served)
	if text := told1(f); f.Severity != model.Medium || !strings.Contains(text, k.Group+"/v1beta1; written by helm") || strings.Contains(text, "no longer serves") {
		t.Errorf("%s, %s: %s", f.Severity, f.Verdict, text)
	}
	gone := "VP06/policy/PodDisruptionBudget/" + namespace + "/late"
	budgets, half := w.client.PolicyV1().PodDisruptionBudgets(namespace), intstr.FromString("50%")
	if _, err := budgets.Create(t.Context(), &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Name: "late", Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: `{"apiVersion":"policy/v1beta1","kind":"PodDisruptionBudget","metadata":{"name":"late"},"spec":{"minAvailable":"50%"}}`}},
		Spec:       policyv1.PodDisruptionBudgetSpec{MinAvailable: &half, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "late"}}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	w.until(t, "a version that is gone", func() bool { return w.open(gone) != nil })
	f = w.open(gone)
	if text := told1(f); f.Severity != model.High || !strings.Contains(text, "policy/v1beta1; last applied with kubectl; the server no longer serves it; removed in Kubernetes 1.25") {
		t.Errorf("%s: %s", f.Severity, text)
	}
	w.screen.press("2", "/", "\x15rule:VP06", "\r")
	w.screen.shows("VP06", namespace+"/Certificate/site")
	w.screen.shows("VP06", namespace+"/PodDisruptionBudget/late")
	w.screen.press(":finding " + gone + "\r")
	w.screen.says("the server no longer serves it")
	w.screen.press("7", "t")
	w.screen.shows("[plan]")

	// Who writes what is kept by the second. The same manager writes it by the newer version, and kubectl applies the newer manifest.
	time.Sleep(1100 * time.Millisecond)
	now, err := client.Resource(k.GVR()).Namespace(namespace).Get(t.Context(), "site", metav1.GetOptions{})
	if err == nil {
		now.Object["spec"].(map[string]any)["secretName"] = "another"
		_, err = client.Resource(k.GVR()).Namespace(namespace).Update(t.Context(), now, metav1.UpdateOptions{FieldManager: "helm"})
	}
	if err != nil {
		t.Fatal(err)
	}
	patch := `{"metadata":{"annotations":{"` + corev1.LastAppliedConfigAnnotation + `":"{\"apiVersion\":\"policy/v1\",\"kind\":\"PodDisruptionBudget\"}"}}}`
	if _, err := budgets.Patch(t.Context(), "late", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	w.until(t, "both ended", func() bool { return w.open(served) == nil && w.open(gone) == nil })
	w.screen.press("2")
	w.screen.lacks("VP06", namespace)
	w.screen.press("/", "\x15", "\r", "7")
}

// told1 is all the evidence of a finding in one text.
func told1(f *model.Finding) string {
	var all []string
	for _, e := range f.Proof.Evidence() {
		all = append(all, e.Value)
	}
	return strings.Join(all, "\n")
}
