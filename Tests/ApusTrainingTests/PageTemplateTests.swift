import ApusTraining
import Testing

/// What would end a script element is escaped.
@Suite struct PageTemplateTests {
    @Test func scriptsCannotEndTheirElement() {
        let script = PageTemplate.escaped(script: #"a("</script>"); b("</SCRIPT"); c("<!--")"#)
        #expect(script == #"a("<\/script>"); b("<\/script"); c("<\!--")"#)
        #expect(PageTemplate.escaped(data: #"{"a":"</script>"}"#) == #"{"a":"\u003c/script>"}"#)
    }
}
