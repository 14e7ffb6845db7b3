package remedy

import (
	"cmp"
	"slices"
	"strings"

	"canopy/analysis/image/reference"
	"canopy/analysis/image/signature"
	"canopy/model"
)

// imageInWords notes a finding on images for which there is no document.
func (p *planner) imageInWords(f *model.Finding) {
	sample := ""
	demand := func(f *model.Finding) (steps []string) {
		steps, sample = p.demandSignatures(f)
		return steps
	}
	steps := map[string]func(*model.Finding) []string{
		"IM03": p.copyImages, "IM05": demand, "IM08": p.scanImages, "IM09": p.buildAnew, "IM10": p.pullSecrets,
	}[f.Rule.ID]
	p.note(f, cmp.Or(f.Rule.NoFix, "no document can do that"), append(steps(f), "canopy rules "+f.Rule.ID+" tells more")...)
	p.notes[len(p.notes)-1].Sample = sample
}

// imagesOf lists the images that the evidence of a finding names, each once.
func imagesOf(f *model.Finding) []reference.Reference {
	var list []reference.Reference
	for _, v := range evidenceOf(f) {
		word, rest, _ := strings.Cut(v.Value, " ")
		ref, err := reference.Parse(word)
		if err != nil {
			continue
		}
		// What runs is the digest: the tag may name another image by now.
		running := digestIn(rest)
		if ref.Digest == "" {
			ref.Digest = running
		}
		if !slices.Contains(list, ref) && (running != "" || strings.ContainsAny(word, "/:@")) {
			list = append(list, ref)
		}
	}
	return list
}

// digestIn finds the digest that stands in brackets behind a reference; "" where there is none.
func digestIn(text string) string {
	const begin, length = "(sha256:", 64
	_, after, ok := strings.Cut(text, begin)
	if !ok || len(after) <= length || after[length] != ')' || strings.Trim(after[:length], "0123456789abcdef") != "" {
		return ""
	}
	return "sha256:" + after[:length]
}

func (p *planner) copyImages(f *model.Finding) []string {
	var steps []string
	for _, ref := range imagesOf(f) {
		steps = append(steps, "copy it, after it was scanned: skopeo copy --all docker://"+pullable(ref)+" docker://YOUR-REGISTRY/"+ref.Repository+tagOf(ref)+"; or crane copy with the same two names")
	}
	if len(steps) == 0 {
		steps = append(steps, "copy the image, after it was scanned: skopeo copy --all docker://FROM docker://YOUR-REGISTRY/NAME:TAG")
	}
	return append(steps, "name it there: kubectl set image "+target(f.Object)+" CONTAINER=YOUR-REGISTRY/NAME:TAG, and in the file that it is applied from",
		"where the registry is meant to be used: add it to --registry-allow, or to registry-allow in the settings, with the path below which all is yours")
}

// pullable is a reference as tools take it that accept either a tag or a digest.
func pullable(ref reference.Reference) string {
	if ref.Digest != "" {
		return ref.Name() + "@" + ref.Digest
	}
	return ref.Tagged()
}

func tagOf(ref reference.Reference) string {
	if ref.Tag == "" {
		return ""
	}
	return ":" + ref.Tag
}

func (p *planner) demandSignatures(f *model.Finding) (steps []string, sample string) {
	switch {
	case f.Object == model.ClusterRef():
		return p.proposed(nil)
	case f.Object.Group == "" && f.Object.Kind == "Namespace":
		return p.proposed([]string{f.Object.Name})
	}
	// The policy is there, and what it has looked at was not signed as it wants.
	for _, ref := range imagesOf(f) {
		steps = append(steps, "look what signatures there are: cosign tree "+pullable(ref)+"; and check as the policy does: cosign verify --key KEY "+pullable(ref)+", or with --certificate-identity and --certificate-oidc-issuer")
	}
	return append(steps, "find out whether the image is the one that your build has pushed: crane digest IMAGE against the log of the build; if it is not, treat it as an intrusion and stop the workload",
		"if it is: sign it, cosign sign --key KEY IMAGE@DIGEST, and let the build do that from now on"), ""
}

// proposed says how to demand signatures by the tool that is there.
func (p *planner) proposed(namespaces []string) (steps []string, sample string) {
	s := signature.Propose(p.c, namespaces)
	steps = []string{"sign images where they are built, by digest: cosign sign --key KEY IMAGE@DIGEST, or without a key by the identity of the build (cosign sign IMAGE@DIGEST in its job)"}
	if s.Document == "" {
		return append(steps, "install a tool that verifies them: Kyverno, sigstore's policy-controller, Ratify with Gatekeeper, or Connaisseur, and begin with a policy that only tells"), ""
	}
	if !s.Installed {
		steps = append(steps, "install what serves "+s.Kind+" first")
	}
	if s.Needs != "" {
		steps = append(steps, "put in what only you know: "+s.Needs)
	}
	steps = append(steps, "save what stands below as policy.yaml, and kubectl apply --filename policy.yaml")
	return append(steps, "it only tells: once it tells of nothing any more, let it refuse"), s.Document
}

func (p *planner) scanImages(f *model.Finding) []string {
	var steps []string
	for _, ref := range imagesOf(f) {
		steps = append(steps, "scan it from here: trivy image --format json --output FILE.json "+pullable(ref)+", or grype "+pullable(ref)+" --output json --file FILE.json; then give the folder with --reports; or let Canopy run the scanner: canopy images --scan")
	}
	if len(steps) == 0 {
		steps = append(steps, "scan what runs from here: trivy image --format json --output FILE.json IMAGE@DIGEST, or grype IMAGE@DIGEST --output json; then give the folder with --reports")
	}
	steps = append(steps, "canopy images lists for each image why it does not count as scanned: no report, an old one, one of another digest, or one that failed")
	if serves(p.c, model.GroupTrivy, "VulnerabilityReport") {
		steps = append(steps, "trivy-operator is here: kubectl logs --namespace trivy-system deployment/trivy-operator tells of scans that failed. It needs the pull secret of a private registry; reports that are too large for etcd are not kept: fewer severities (trivy.severity in its ConfigMap) make them fit, and then they tell nothing of the rest; a report is deleted after scannerReportTTL and is not always made again",
			"where a tag has moved since the pod started, it scans another image than the one that runs: pin the digest (canopy fix --rule IM02)")
	} else if !serves(p.c, model.GroupKubescape, "VulnerabilityManifest") {
		steps = append(steps, "no scanner runs in the cluster as far as can be seen: trivy-operator or kubescape's operator look at each new image by themselves")
	}
	return steps
}

func (p *planner) buildAnew(f *model.Finding) []string {
	var steps []string
	for _, ref := range imagesOf(f) {
		steps = append(steps, "look what there is that is newer: skopeo list-tags docker://"+ref.Name()+", or crane ls "+ref.Name())
	}
	return append(steps, "where you build it: build it anew without the cache and with the newest base (docker build --pull --no-cache), scan it, and roll it out by its digest",
		"where others build it: take their newest release; if there is none, look for who keeps it now",
		"let the build run by itself each week, so that patches of the base come in")
}

func (p *planner) pullSecrets(f *model.Finding) []string {
	if f.Object.Kind == "K8sAllowedRepos" {
		return []string{"open it: kubectl edit " + target(f.Object), "end each entry below spec.parameters.repos with a slash, or with the whole name of a repository: registry.example lets registry.example.evil in, registry.example/ does not",
			"look what runs that only the old entry let in: canopy images, grouped by registry"}
	}
	var steps []string
	for _, v := range evidenceOf(f) {
		if v.Value != "" {
			steps = append(steps, "make it, where the image needs it: kubectl create secret generic --type kubernetes.io/dockerconfigjson "+quote(v.Value)+inNamespace(f.Object.Namespace)+" --from-file=.dockerconfigjson=FILE, with the file that docker login has written")
		}
	}
	if len(steps) == 0 {
		steps = append(steps, "make it, where the image needs it: kubectl create secret generic --type kubernetes.io/dockerconfigjson NAME"+inNamespace(f.Object.Namespace)+" --from-file=.dockerconfigjson=FILE, with the file that docker login has written")
	}
	return append(steps, "where it does not: take the name out of imagePullSecrets: kubectl edit "+target(f.Object),
		"the pods run on while their image is on the node, and do not start on another")
}
