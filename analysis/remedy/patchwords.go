package remedy

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

// patchInWords notes a finding on what runs in an old version: it is exchanged on the machines, by the provider, or where it is built,
// and never through the API.
func (p *planner) patchInWords(f *model.Finding) {
	steps := map[string]func(*model.Finding) []string{
		"VP01": p.shutExploit, "VP02": p.freshImages,
		"VP03": p.mendComponent, "VP04": p.toSupport, "VP05": p.intoBounds,
		"VP06": p.toNewAPI, "VP07": p.freshSystem, "VP08": p.moveOn, "VP09": p.bringBack,
	}[f.Rule.ID]
	p.note(f, cmp.Or(f.Rule.NoFix, "no document can do that"), append(steps(f), "canopy rules "+f.Rule.ID+" tells more")...)
}

// mostSteps is how many images, vulnerabilities or uses of one finding get a step each: the evidence has them all.
const mostSteps = 5

// shutExploit is VP01.
func (p *planner) shutExploit(f *model.Finding) []string {
	var ways []string
	for _, e := range evidenceOf(f) {
		if e.Object != f.Object && leadsIn(e.Object) && badRef(e.Object) == "" && !slices.Contains(ways, e.Object.String()) {
			ways = append(ways, e.Object.String())
		}
	}
	steps := p.rebuilt(f)
	if len(ways) > 0 {
		steps = append(steps, "until it is mended, close the way in where nobody outside needs it: "+list(ways, mostSteps)+"; canopy scan -o wide lists the findings on it (NW08, NW11), canopy fix FINDING mends them")
	}
	return append(steps, "where it has to stay open: a filter in front (a web application firewall, an allow list of addresses) gains time, and PS24, PS10 and NW02 keep small what an intruder gets",
		"look whether somebody was there already: processes, connections and files of the pods that do not belong there, kubectl logs and the log of the proxy since the vulnerability was published")
}

// leadsIn tells a kind of object by which people come in from outside.
func leadsIn(ref model.Ref) bool {
	switch ref.Kind {
	case "Service", "Ingress", "Gateway", "Route":
		return true
	}
	return ref.Group == model.GroupGateway && strings.HasSuffix(ref.Kind, "Route")
}

// freshImages is VP02.
func (p *planner) freshImages(f *model.Finding) []string {
	return append(p.rebuilt(f), "let the build run by itself each week, so that patches of the base come in: one that was rebuilt once is as old again in two months",
		"a smaller base has less to mend: distroless, or one that holds what the program needs and no shell")
}

// rebuilt says of each image of a finding which report counts, where newer ones are, and how one is rolled out so that it stays.
func (p *planner) rebuilt(f *model.Finding) []string {
	var steps []string
	images := imagesOf(f)
	for i, ref := range images {
		if i == mostSteps {
			break
		}
		steps = append(steps, "look what it has, and which version mends it: trivy image --severity CRITICAL "+pullable(ref)+", or grype "+pullable(ref)+" --only-fixed",
			"look what there is that is newer: skopeo list-tags docker://"+ref.Name()+", or crane ls "+ref.Name())
	}
	for _, e := range evidenceOf(f) {
		if strings.Contains(strings.ToLower(e.Object.Kind), "vulnerab") && badRef(e.Object) == "" {
			if step := "the report that counts: kubectl get " + target(e.Object) + " -o yaml, where each has its fixedVersion"; !slices.Contains(steps, step) {
				steps = append(steps, step)
			}
		}
	}
	if len(images) == 0 {
		steps = append(steps, "canopy images lists what the workload runs, with the report of each; the vulnerabilities of one open with enter on the screen of images")
	}
	name := "NAME"
	if len(images) > 0 {
		name = images[0].Name()
	}
	return append(steps, "where you build it: build it anew without the cache and with the newest base (docker build --pull --no-cache), and raise what the report names in its own dependencies; where others do, take their newest release",
		"scan it before it runs, then roll it out by its digest, so that it is the one that was scanned: kubectl set image "+target(f.Object)+" CONTAINER="+name+"@sha256:DIGEST, and in the file that it is applied from",
		"keep it pinned: canopy fix --rule IM02 pins by digest what runs")
}

// toNewAPI is VP06.
func (p *planner) toNewAPI(f *model.Finding) []string {
	var steps []string
	told := map[string]bool{}
	for _, e := range evidenceOf(f) {
		old := apiVersionIn(e.Value)
		if old == "" || len(told) == mostSteps {
			continue
		}
		key := old + " " + managerIn(&e)
		if told[key] {
			continue
		}
		told[key] = true
		steps = append(steps, p.replaceAPI(f.Object, old, &e)...)
	}
	if len(steps) == 0 {
		steps = append(steps, "find the manifest: kubectl get "+target(f.Object)+" --show-managed-fields -o yaml tells who wrote by which version; kubectl explain "+quote(strings.ToLower(f.Object.Kind))+" tells the one that is served")
	}
	return append(steps, "where the old entry stays though the manifest is new, since a manager whose fields have not changed keeps it: kubectl patch "+target(f.Object)+` --type merge --patch '{"metadata":{"managedFields":[{}]}}' forgets who owns what, and each tool claims its fields again when it next applies`,
		"look for more that nobody has applied since: grep the repositories and charts for the version; the metric apiserver_requested_deprecated_apis counts who still asks")
}

// replaceAPI says what takes the place of an API version, and how its manager comes to write by it.
func (p *planner) replaceAPI(ref model.Ref, old string, e *model.Evidence) []string {
	group, version, ok := strings.Cut(old, "/")
	if !ok {
		group, version = "", old
	}
	end, known := p.tables.Deprecated(group, version, ref.Kind)
	to := end.Replacement
	if !known {
		// Of a custom kind its definition tells, and that is in the evidence.
		if found := regexp.MustCompile(`(?:^|; )(\S+) replaces it`).FindStringSubmatch(e.Value); found != nil {
			to = apiVersionIn(found[1])
		}
		to = cmp.Or(to, ref.APIVersion())
	}
	if to == old {
		to = ""
	}
	step := "in the manifest write apiVersion: " + to
	if to == "" {
		step = "nothing takes the place of " + old + ": look at what its makers say"
	} else if end.Since != "" {
		step += ", which is served from " + end.Since + " on"
	}
	switch {
	case known && end.Removed != "":
		step += "; " + old + " is gone from " + end.Removed + " on"
	case known && end.Deprecated != "":
		step += "; " + old + " is deprecated since " + end.Deprecated
	}
	steps := []string{step}
	if to != "" {
		steps = append(steps, "fields differ: kubectl convert --filename FILE --output-version "+to+" (the plug-in kubectl-convert) writes a built-in kind anew, kubectl explain "+quote(strings.ToLower(ref.Kind))+" --api-version "+to+" --recursive lists what there is; for others look at the notes of the release")
	}
	return append(steps, applyAgain(managerIn(e)))
}

// applyAgain says where a manager has its manifest from.
func applyAgain(manager string) string {
	word := strings.ToLower(manager)
	switch {
	case manager == "":
		return "apply the file once: kubectl diff --filename FILE, then kubectl apply --filename FILE"
	case strings.HasPrefix(word, "kubectl"), word == "last-applied":
		return manager + " is kubectl: apply the changed file once, kubectl diff --filename FILE, then kubectl apply --filename FILE, which writes its copy in last-applied-configuration anew"
	case strings.HasPrefix(word, "helm"):
		return manager + " is Helm: take a version of the chart that writes the new one, helm template shows it; where the release itself holds a version that is gone, helm upgrade fails until helm mapkubeapis (a plug-in) has changed it"
	case strings.HasPrefix(word, "argocd"), strings.HasPrefix(word, "kustomize-controller"), strings.HasPrefix(word, "flux"):
		return manager + " applies it from Git: change it there, and let it sync"
	case word == "terraform", word == "hashicorp", strings.HasPrefix(word, "pulumi"):
		return manager + " applies it: raise its provider to a version that knows the new one, and change its configuration; a resource of another API version may be made anew, look at the plan first"
	case slices.Contains([]string{lifecycle.APIServer, lifecycle.ControllerManager, lifecycle.Scheduler, lifecycle.CloudController, lifecycle.Kubelet, lifecycle.Proxy}, manager):
		return manager + " is a part of Kubernetes, and writes by another version once it is upgraded: nothing is to be done about it"
	case word == "file":
		return "change the file that was read, and apply it once"
	}
	return manager + " writes by it: it is a program, so that a newer version of it is needed; kubectl get deployments --all-namespaces finds where it runs"
}

// apiVersionIn finds the API version that a value begins with; "" where it begins with none.
func apiVersionIn(value string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(value), " ")
	word = strings.TrimRight(word, ",;:")
	if regexp.MustCompile(`^(?:[a-z0-9][a-z0-9.-]*/)?v[0-9]+(?:(?:alpha|beta)[0-9]+)?$`).MatchString(word) {
		return word
	}
	return ""
}

// managerIn finds who writes by an API version: in the path of the evidence, or behind the version.
func managerIn(e *model.Evidence) string {
	if rest, ok := strings.CutPrefix(e.Path, "metadata.managedFields["); ok {
		name, _, _ := strings.Cut(rest, "]")
		if strings.Trim(name, "0123456789") != "" {
			return clean(name)
		}
	}
	switch {
	case strings.Contains(e.Path, "last-applied"):
		return "last-applied"
	case e.Path == "apiVersion":
		return "file"
	}
	if _, by, ok := strings.Cut(e.Value, " by "); ok {
		name, _, _ := strings.Cut(strings.TrimPrefix(by, "manager "), " ")
		return clean(strings.TrimRight(name, ",;:"))
	}
	return ""
}

// moveOn is VP08.
func (p *planner) moveOn(f *model.Finding) []string {
	var steps []string
	for _, ref := range imagesOf(f) {
		a, ok := p.tables.AddOn(ref.Repository)
		if !ok {
			continue
		}
		step := a.Name + ": " + a.Why
		if a.Instead != "" {
			step += "; go to " + a.Instead
		}
		if !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
		if strings.Contains(ref.Repository, "ingress-nginx") {
			steps = append(steps, ingressNginx()...)
		}
	}
	if len(steps) == 0 {
		steps = append(steps, "look what its makers name as successor: the page of the project, or the last entry of its repository")
	}
	return append(steps, "run the new one beside the old one, move one user of it after the other, and watch each for a day: kubectl get all,configmaps,secrets"+inNamespace(f.Object.Namespace)+" shows what belongs to the old one",
		"until then keep it small: the findings on "+f.Object.String()+" and on what its account may do (canopy scan -o wide) weigh more where nobody mends the next hole",
		"at the end take it away with its roles, bindings, webhooks and definitions: helm uninstall where it is a release, and canopy scan for what is left")
}

func ingressNginx() []string {
	return []string{
		"list what goes through it: kubectl get ingresses --all-namespaces -o custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name,CLASS:.spec.ingressClassName",
		"annotations that begin with nginx.ingress.kubernetes.io/ mean nothing to another controller: each needs its counterpart there; for Gateway API, the tool ingress2gateway writes routes from Ingresses",
	}
}

// vulnerabilitiesOf lists the ids of vulnerabilities that a finding names, sorted.
func vulnerabilitiesOf(f *model.Finding) []string {
	ids := regexp.MustCompile(`CVE-[0-9]{4}-[0-9]{4,}`)
	var list []string
	for _, e := range evidenceOf(f) {
		list = append(list, ids.FindAllString(e.Path+" "+e.Value, -1)...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
