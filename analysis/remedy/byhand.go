package remedy

import (
	"cmp"
	"slices"
	"strings"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// inWords notes a finding for whose rule no document is ever made.
func (p *planner) inWords(f *model.Finding) {
	switch f.Rule.ID {
	case "PS27":
		file := quote(f.Object.Name + ".yaml")
		p.note(f, "an object cannot move to another namespace: it has to be made again there, with what it refers to",
			"create a namespace for the application: kubectl create namespace NAME",
			"copy the ConfigMaps, Secrets, claims, ServiceAccounts, bindings and Services that it uses: claims need their data moved",
			"export it: kubectl get "+target(f.Object)+" -o yaml > "+file+"; take out metadata.uid, resourceVersion, creationTimestamp and status, and set metadata.namespace",
			"create it there: kubectl create -f "+file+"; change who calls it to the name with the new namespace",
			"once nothing calls the old one: kubectl delete "+target(f.Object))
	case "PS29":
		p.debugged(f, "an ephemeral container cannot be taken out of a pod; it goes with the pod")
	case "LP25":
		p.cutPath(f)
	case "LP27":
		p.lasting(f)
	case "IM03", "IM05", "IM08", "IM09", "IM10":
		p.imageInWords(f)
	case "SE03", "SE05", "SE06", "SE07", "SE08":
		p.secretInWords(f)
	case "VP01", "VP02", "VP03", "VP04", "VP05", "VP06", "VP07", "VP08", "VP09":
		p.patchInWords(f)
	default:
		steps := []string{}
		if f.Rule.Remedy != "" {
			steps = append(steps, f.Rule.Remedy)
		}
		steps = append(steps, "canopy rules "+f.Rule.ID+" tells more")
		p.note(f, cmp.Or(f.Rule.NoFix, "no document for this rule in this version"), steps...)
	}
}

// debugged notes a finding that ends with the pods that show it.
func (p *planner) debugged(f *model.Finding, reason string) {
	var steps []string
	naked := false
	for _, pod := range p.pods(f.Object) {
		if len(pod.Ephemeral()) == 0 {
			continue
		}
		naked = naked || pod.Owner == nil
		if why := badRef(pod.Ref()); why != "" {
			steps = append(steps, "delete "+pod.Ref().String()+", for which no command is given: "+why)
			continue
		}
		steps = append(steps, "kubectl delete "+target(pod.Ref()))
	}
	if len(steps) == 0 {
		steps = []string{"kubectl delete pod, for each that has ephemeralContainers: kubectl get pods -A -o wide shows none by itself; see the evidence"}
	}
	steps = append([]string{"keep what the session left behind, if an incident is looked into: kubectl logs, kubectl cp"}, steps...)
	if naked {
		steps = append(steps, "nothing makes a naked pod again: save it before with kubectl get pod -o yaml")
	} else {
		steps = append(steps, "its owner makes the pod again without the container")
	}
	p.note(f, reason, steps...)
}

func (p *planner) pods(owner model.Ref) []*record.Pod {
	list := slices.Collect(p.c.Pods(owner))
	slices.SortFunc(list, func(a, b *record.Pod) int { return a.Ref().Compare(b.Ref()) })
	return list
}

// inPods notes a finding that the owner's template does not show, so that only its pods can.
func (p *planner) inPods(owner model.Ref, f *model.Finding) {
	if p.older(owner, f) {
		return
	}
	p.note(f, "the template of "+owner.String()+" does not show it: its pods are older than the template, or something adds it when they are made",
		"list what changes pods: kubectl get mutatingwebhookconfigurations,mutatingadmissionpolicies",
		"change the injector's own template, or its annotations on the workload",
		"if the pods are just older: kubectl rollout restart "+target(owner))
}

// changes says in words what one finding wants of a template, and why it wants no more.
func (p *planner) changes(namespace string, t *corev1.PodTemplateSpec, f *model.Finding, all []*model.Finding) []string {
	e := p.editorFor(namespace, t, all)
	e.rules = map[string]bool{f.Rule.ID: true}
	if f.Rule.ID == "LP21" {
		e.account = f.Object.Name
	}
	e.run()
	words := inEditor(t, e.t)
	for _, s := range e.vault.slots {
		words = append([]string{"make a Secret with the new value: kubectl create secret generic " + quote(s.secret) + " --namespace " + quote(namespace) + " --from-file=" + quote(s.key) + "=FILE"}, words...)
	}
	if f.Rule.ID == "LP21" {
		words = append([]string{"kubectl create serviceaccount " + quote(e.account) + " --namespace " + quote(namespace)}, words...)
	}
	return append(words, e.left[f.Rule.ID]...)
}

// job notes findings on a Job: its template cannot be changed.
func (p *planner) job(w *record.Workload, findings []*model.Finding) {
	t := w.Template.Decode()
	file := quote(w.Name + ".yaml")
	for _, f := range findings {
		steps := []string{"kubectl get " + target(w.Ref()) + " -o yaml > " + file,
			"in " + file + " take out metadata.uid, resourceVersion and creationTimestamp, spec.selector, the labels with controller-uid and job-name, and status"}
		for _, c := range p.changes(w.Namespace, t, f, findings) {
			steps = append(steps, "below spec.template of "+file+": "+c)
		}
		p.note(f, "the template of a Job cannot be changed: it has to be made again, and runs again",
			append(steps, "kubectl delete "+target(w.Ref()), "kubectl create -f "+file)...)
	}
}

// static notes findings on a pod that a kubelet runs from a file.
func (p *planner) static(pod *record.Pod, findings []*model.Finding) {
	t := pod.Template.Decode()
	for _, f := range findings {
		steps := []string{"on node " + pod.Node() + " open the pod's file in the kubelet's staticPodPath, /etc/kubernetes/manifests by default"}
		steps = append(steps, p.changes(pod.Namespace, t, f, findings)...)
		p.note(f, "a static pod is a file on its node; the API server holds a mirror that nobody can change",
			append(steps, "the kubelet restarts it by itself; a component of the control plane needs these rights, and its installer writes the file again")...)
	}
}

// unseen notes findings on an owner that was not seen, or whose kind is not known: its pods show what it has to change.
func (p *planner) unseen(ref model.Ref, findings []*model.Finding) {
	var t *corev1.PodTemplateSpec
	for _, pod := range p.pods(ref) {
		t = pod.Template.Decode()
		break
	}
	reason := "its kind is not one that Canopy can patch: its controller writes the pods"
	if record.TemplatePath(ref.Kind) != "" && model.KindOf(ref.GroupKind()) != nil {
		reason = "it was not seen: it may not be read, or it is not in the capture"
	}
	for _, f := range findings {
		steps := []string{"open it: kubectl edit " + target(ref) + "; where something else writes it, change that"}
		if record.TemplatePath(ref.Kind) == "" && model.KindOf(ref.GroupKind()) != nil {
			steps = []string{"find out what writes the pods: objects of this kind hold no pod template"}
		}
		if t != nil {
			for _, c := range p.changes(ref.Namespace, t, f, findings) {
				steps = append(steps, "in its pod template: "+c)
			}
		}
		p.note(f, reason, steps...)
	}
}

// cutPath notes LP25 with every link by which the path can be cut.
func (p *planner) cutPath(f *model.Finding) {
	steps := []string{"where the workload does not speak to the API, keep the token from it, which ends the path at once: set automountServiceAccountToken: false in the pod template of " + f.Object.String()}
	var entries []string
	if f.Proof != nil {
		for _, e := range f.Proof.Evidence() {
			switch {
			case e.Path == "roleRef.name" && e.Object.Group == model.GroupRBAC:
				steps = append(steps, "or take away what "+e.Object.String()+" gives ("+e.Value+"): canopy scan -o wide lists the findings on it, canopy fix FINDING mends them")
			case e.Object != f.Object:
				entries = append(entries, e.Object.String()+" ("+e.Path+" "+e.Value+")")
			}
		}
	}
	if len(entries) > 0 {
		steps = append(steps, "or close the entrance, where nobody outside needs it: "+strings.Join(entries, ", "))
	}
	p.note(f, cmp.Or(f.Rule.NoFix, "the path ends with any one of its steps; which of them is a decision"), steps...)
}

// lasting notes LP27: what can be deleted is, and what cannot be taken back is said.
func (p *planner) lasting(f *model.Finding) {
	reason := cmp.Or(f.Rule.NoFix, "how people sign in is set on the API server")
	if f.Object.Kind == "Secret" {
		p.note(f, reason, "where no machine joins by it any more: kubectl delete "+target(f.Object)+"; kubeadm token create makes one when it is needed",
			"give such tokens a short life: kubeadm token create --ttl 1h")
		return
	}
	steps := []string{"deleting the request takes nothing back: the certificate is valid until it expires"}
	if r, ok := p.c.Get(f.Object).(*record.Typed[*certificatesv1.CertificateSigningRequest]); ok && r.Object.Spec.Username != "" {
		steps = append(steps, "it was requested by "+r.Object.Spec.Username+": kubectl get "+target(f.Object)+" -o jsonpath={.spec.request} | base64 -d | openssl req -noout -subject tells for whom")
	}
	p.note(f, reason, append(steps, "list what that user may do, and take its bindings away: canopy can user:NAME, then kubectl edit clusterrolebinding or rolebinding",
		"let people sign in by OpenID Connect or the identities of the cloud; where a certificate has leaked, replace the cluster's CA")...)
}
