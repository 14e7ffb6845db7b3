package admission

// kernelRuleOf is podRuleOf for what the kernel is told: capabilities, profiles, labels, /proc and sysctls.
func kernelRuleOf(id string) (podRule, bool) {
	switch id {
	case "PS13":
		return podRule{container: adds("!(" + isOneOf("a", defaultCapabilities()...) + ")"), says: "adds a capability beyond the default ones"}, true
	case "PS14":
		return podRule{container: adds(isOneOf("a.upperAscii()", strongCapabilities()...)), says: "adds a capability that reaches the node"}, true
	case "PS15":
		return podRule{
			container: "!('ALL' in " + inContainer("?capabilities.?drop", "[]") + ") || " + adds("a != 'NET_BIND_SERVICE'"),
			says:      "does not drop ALL capabilities, or adds one other than NET_BIND_SERVICE", linux: true,
		}, true
	case "PS16":
		// On Windows only a profile that is set counts.
		missing := "!(" + own + "?seccompProfile.hasValue()) && !has(variables.context.seccompProfile) && variables.spec.?os.?name.orValue('') != 'windows'"
		return podRule{
			pod:       []string{when(badType(inPod("?seccompProfile.?type", "'RuntimeDefault'")), "the pod sets a seccomp profile other than RuntimeDefault and Localhost")},
			container: anyOf(badType(inContainer("?seccompProfile.?type", "'RuntimeDefault'")), missing), says: "has no seccomp profile, or one other than RuntimeDefault and Localhost",
		}, true
	case "PS17":
		return podRule{
			pod: []string{
				when(badType(inPod("?appArmorProfile.?type", "'RuntimeDefault'")), "the pod sets an AppArmor profile other than RuntimeDefault and Localhost"),
				when("object.metadata.?annotations.orValue({}).exists(k, k.startsWith('container.apparmor.security.beta.kubernetes.io/') && "+
					"!(object.metadata.annotations[k] in ['', 'runtime/default']) && !object.metadata.annotations[k].startsWith('localhost/'))",
					"an annotation sets an AppArmor profile other than runtime/default and localhost"),
			},
			container: badType(inContainer("?appArmorProfile.?type", "'RuntimeDefault'")), says: "sets an AppArmor profile other than RuntimeDefault and Localhost",
		}, true
	case "PS18":
		return podRule{
			pod:       []string{when(loosened("variables.context"), "the pod sets a type, user or role in seLinuxOptions")},
			container: loosened("c.?securityContext"), says: "sets a type, user or role in seLinuxOptions",
		}, true
	case "PS19":
		return podRule{container: inContainer("?procMount", "'Default'") + " != 'Default'", says: "sets procMount"}, true
	case "PS20":
		return podRule{pod: []string{"variables.context.?sysctls.orValue([]).filter(s, !(" + isOneOf("s.name", safeSysctls()...) + ")).map(s, 'the pod sets the sysctl ' + s.name)"}}, true
	case "PS21":
		return podRule{
			pod:       []string{when(inPod("?windowsOptions.?hostProcess", "false"), "the pod sets windowsOptions.hostProcess")},
			container: inContainer("?windowsOptions.?hostProcess", "false"), says: "sets windowsOptions.hostProcess",
		}, true
	}
	return podRule{}, false
}

// adds tells that a container adds a capability a for which a condition holds.
func adds(condition string) string {
	return inContainer("?capabilities.?add", "[]") + ".exists(a, " + condition + ")"
}

// defaultCapabilities are those that the baseline level lets a container add.
func defaultCapabilities() []string {
	return []string{"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
		"SETPCAP", "SETUID", "SYS_CHROOT"}
}

// strongCapabilities are those that reach the node, as runtimes take them.
func strongCapabilities() []string {
	var all []string
	for _, name := range [...]string{"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "BPF", "DAC_READ_SEARCH", "NET_ADMIN"} {
		all = append(all, name, "CAP_"+name)
	}
	return all
}

// loosened tells that a security context sets what the runtime should choose.
func loosened(at string) string {
	at += ".?seLinuxOptions"
	return anyOf("!("+isOneOf(at+".?type.orValue('')", "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")+")",
		at+".?user.orValue('') != ''", at+".?role.orValue('') != ''")
}

// safeSysctls are those of the newest policy.
func safeSysctls() []string {
	return []string{"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
		"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
		"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"}
}
