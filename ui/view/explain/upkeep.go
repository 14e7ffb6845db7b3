package explain

// upkeep is data: the words of keeping a cluster up to date, and of taking its nodes out of service without harm.
func upkeep() []Term {
	return []Term{
		{"control plane", []string{"control plane", "control plane's", "control planes"}, "The programs that run the cluster itself: API server, scheduler, controller manager and their store, etcd. Who holds it holds everything.", nil},
		{"scheduler", []string{"scheduler", "schedulers", "kube-scheduler"}, "The part of the control plane that picks the node on which a new pod runs.", nil},
		{"controller manager", []string{"controller manager", "controller managers", "kube-controller-manager", "cloud controller manager"}, "The part of the control plane in which the built-in controllers run, such as the one that replaces pods that end.", nil},
		{"kube-proxy", []string{"kube-proxy", "kube-proxy's"}, "The program on each node that leads connections to a Service to one of its pods.", nil},
		{"cgroup", []string{"cgroup", "cgroups", "cgroup v1", "cgroup v2"}, "How the kernel of a node bounds and counts what a group of programs uses of processor and memory. Version 1 is on its way out, version 2 replaces it.", nil},
		{"minor version", []string{"minor version", "minor versions", "minor release", "minor releases"}, "The middle number, 37 in 1.37.2. A new one comes about every four months, brings new functions and may take old ones away.", nil},
		{"patch version", []string{"patch version", "patch versions", "patch release", "patch releases"}, "The last number, 2 in 1.37.2. A new one only mends errors and holes of its minor version.", nil},
		{"version skew", []string{"version skew", "skew", "may not run together"}, "How far apart the versions of two programs of a cluster are. Kubernetes allows a few minor versions, and the kubelet may never be newer than the API server.", nil},
		{"end of support", []string{"end of support", "end of life", "supported", "support"}, "The day after which a version gets no more fixes from those who make it, not even for holes that everybody knows.", []string{"extended support"}},
		{"extended support", []string{"extended support", "support that costs extra"}, "Fixes that a provider still gives, mostly for money, after the ordinary support of a version has ended.", nil},
		{"CVE", []string{"cve", "cves", "vulnerability", "vulnerabilities"}, "A hole in a program that is publicly known. Its number, such as CVE-2024-21626, names it everywhere.", nil},
		{"score", []string{"score", "scores", "cvss"}, "How bad a known hole is, from 0 to 10: 9 and above is critical, 7 and above high. It does not know whether your cluster can be reached.", nil},
		{"node pool", []string{"node pool", "node pools", "pool", "pools"}, "Nodes that are made alike and replaced together, such as those of one size.", nil},
		{"drift", []string{"drift", "drifts", "behind other nodes"}, "Nodes that should be alike are not any more, for example since some were patched and others forgotten.", nil},
		{"cordon, uncordon", []string{"cordon", "cordons", "cordoned", "uncordon", "uncordoned"}, "To cordon a node is to let no new pod onto it; those that run there stay. To uncordon it is to let pods come again.", nil},
		{"drain", []string{"drain", "drains", "drained", "draining"}, "To empty a node before work on it: it is cordoned, and its pods are asked to leave and start again on others.", nil},
		{"eviction", []string{"eviction", "evictions", "evict", "evicts", "evicted"}, "A pod is asked to leave its node, for instance in a drain. Unlike a deletion it is refused while a disruption budget says no.", nil},
		{"PodDisruptionBudget", []string{"poddisruptionbudget", "poddisruptionbudgets", "disruption budget", "disruption budgets", "pdb", "budget", "budgets"}, "A promise about the pods of a program: so many must keep running, or so many may be away, while nodes are drained.", nil},
		{"minAvailable, maxUnavailable", []string{"minavailable", "maxunavailable"}, "The two ways to write a disruption budget: how many pods must run at least, or how many may be away at most. A number or a share in percent.", nil},
		{"replica", []string{"replica", "replicas"}, "One of several like pods that do the same work. With one alone the program stops while that one is moved.", nil},
		{"metrics", []string{"metrics", "metrics server", "metrics-server"}, "Numbers that programs give about themselves; of pods and nodes: how much processor and memory they use right now.", nil},
		{"working set", []string{"working set", "working sets"}, "The memory that a container uses and that the kernel cannot take back without harm. Beyond its limit the container is killed.", nil},
	}
}
