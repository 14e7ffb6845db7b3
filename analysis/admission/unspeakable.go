package admission

// unspeakable says of a rule why no policy can refuse what it finds, and what helps instead; "" for the others.
func unspeakable(id string) string {
	switch id {
	case "LP24":
		return "Whether what a binding or a workload names exists concerns more than one object, and may change later; the API server refuses pods whose account does not exist, and a scan before each deployment finds the rest"
	case "LP25":
		return "The path leads over several objects, each of them harmless alone; the guards of the rules on its steps (LP01 to LP34, NW08, NW11) hold each step"
	case "LP27":
		return "Nodes join, and people first sign in, by such credentials, and a policy cannot tell how long one lasts; limit who may create Secrets in kube-system and approve certificates, and have people sign in by OpenID Connect"
	case "PS29":
		return "That a debug container stays is decided by time, and admission sees only the moment in which it is added; limit who may patch pods/ephemeralcontainers (LP11), and delete the pod when the work is done"
	case "NW01", "NW02", "NW03":
		return "What is wrong is the absence of a NetworkPolicy, and admission sees only objects that come; have whatever makes namespaces make the policies too, or set a baseline policy for the cluster where the plug-in knows one"
	case "NW15":
		return "What is wrong is the absence of a quota or limit range, and admission sees only objects that come; have whatever makes namespaces make them too"
	case "NW06", "NW18":
		return "What a policy selects depends on pods that come and go, which admission of the policy does not see; a scan before each deployment finds it"
	case "NW07":
		return "Whether policies are obeyed is decided by the network plug-in, not by any object; install one that enforces them"
	case "NW10", "NW13":
		return "That a workload is exposed takes several objects together, of which admission sees one at a time; the guards of NW08, NW11 and the rules on pods hold each of them"
	case "NW14":
		return "Who reaches whom follows from all policies together, and admission sees one object at a time; one admin policy on the label of the environment denies it for all namespaces"
	case "NW16", "NW20", "NW21":
		return "It takes two rules or two policies to say so, and admission sees one object at a time; a scan before each deployment finds it"
	case "NW17":
		return "The API server refuses what its own kinds forbid; what a plug-in does not understand depends on its version, so install the definitions that belong to it"
	case "NW19":
		return "Whether DNS is let through follows from all policies of the pods together; allow it in the same step in which egress is denied (NW03), and a scan before each deployment finds the rest"
	case "IM05":
		return "No admission policy of Kubernetes itself can ask a registry for a signature; a policy of Kyverno or of sigstore's policy-controller does, and the steps of its fix hold one that only tells"
	case "IM06":
		return "That pods run different images under one tag takes all of them together, of which admission sees one at a time; the guard of IM02 keeps tags out altogether"
	case "IM08", "IM09":
		return "Whether and when an image was scanned or built is known to scanners and registries, which no policy can ask; let the pipeline refuse to push what was not scanned, and keep to its registry (IM03)"
	case "IM10":
		return "That a pull secret is missing concerns more than one object, and constraints of Gatekeeper are made by few people, whose changes can be reviewed; a scan before each deployment finds both"
	case "SE03":
		return "What a credential looks like takes many forms and the randomness of a text, which a policy cannot weigh, and a ConfigMap may hold any file; scan manifests before they are applied"
	case "SE05":
		return "How Secrets are stored is set on the API server's command line, which no admission policy sees; the fix is a change on the control-plane nodes, and a scan after each upgrade shows that it stayed"
	case "SE06":
		return "What is wrong is the absence of an external store, and admission sees only objects that come; once there is one, limit by RBAC who but its controller may create Secrets"
	case "SE07":
		return "Whether a Secret is used, or exists, concerns more than one object and may change later, of which admission sees one at a time; a scan from time to time finds both"
	case "SE08":
		return "Age comes with time, and admission sees only the moment of a change; let a store or cert-manager rotate credentials and certificates, and scan from time to time"
	case "VP01", "VP02":
		return "How many vulnerabilities an image has is known to scanners, which no policy can ask, and it changes while nothing is applied; let the pipeline refuse to push what has critical ones, and keep to its registry (IM03)"
	case "VP03", "VP04", "VP05":
		return "Versions of Kubernetes are those of programs on machines: a node tells its own in its status, and to refuse that would keep the node from telling anything; watch them with a scan from time to time"
	case "VP07":
		return "What a node runs is installed on the machine, and it tells so in its status, which nothing is gained by refusing; let the pool make nodes from the newest image, and let something such as kured boot them"
	case "VP08":
		return "Which products are given up is known to their makers and changes while nothing is applied; an allow list of registries and repositories (IM03) keeps out what is not on it"
	case "VP09":
		return "That a node stays away is decided by time, and admission sees only the moment of a change; an alert on nodes that are not ready or are cordoned for a day finds it"
	case "VP11":
		return "What is wrong is the absence of a budget, and admission sees only objects that come; have the chart or the template from which workloads are made bring one"
	}
	return ""
}
