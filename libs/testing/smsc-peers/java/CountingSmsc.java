import com.cloudhopper.commons.util.windowing.WindowFuture;
import com.cloudhopper.smpp.PduAsyncResponse;
import com.cloudhopper.smpp.SmppConstants;
import com.cloudhopper.smpp.SmppServerConfiguration;
import com.cloudhopper.smpp.SmppServerHandler;
import com.cloudhopper.smpp.SmppServerSession;
import com.cloudhopper.smpp.SmppSessionConfiguration;
import com.cloudhopper.smpp.impl.DefaultSmppServer;
import com.cloudhopper.smpp.impl.DefaultSmppSessionHandler;
import com.cloudhopper.smpp.pdu.BaseBind;
import com.cloudhopper.smpp.pdu.BaseBindResp;
import com.cloudhopper.smpp.pdu.DeliverSm;
import com.cloudhopper.smpp.pdu.PduRequest;
import com.cloudhopper.smpp.pdu.PduResponse;
import com.cloudhopper.smpp.pdu.SubmitSm;
import com.cloudhopper.smpp.pdu.SubmitSmResp;
import com.cloudhopper.smpp.tlv.Tlv;
import com.cloudhopper.smpp.type.Address;
import com.cloudhopper.smpp.type.SmppProcessingException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An SMSC on Cloudhopper's SMPP stack that writes down what it gets, before it answers, and goes on from there after a crash.
 * Arguments: port, file of the journal, system id, password.
 *
 * The last four digits of a destination say what happens to a text: 0058 throttled (0x58), n058 throttled n times and then taken,
 * 0011 no such destination (0x0B), 9999 taken and never answered, 5555 taken and the connection closed, 6666 answered and then unbound,
 * 7777 receipt before the response, 8888 two receipts, 3333 receipt of failure, 0427 receipt in TLVs alone, 4444 the handset writes back, 2500 answered after 250 ms.
 *
 * Lines of the journal: `bind STATUS`; `taken ID TO FROM ESM_CLASS DATA_CODING OCTETS` with numbers and octets in hex; `told ID` once a
 * receipt has been acknowledged; `refused TO STATUS`; `said STATUS` for the answer to what a handset wrote.
 */
public final class CountingSmsc implements SmppServerHandler {
  private static final int RECEIPT_AFTER_MS = 50;
  private static final int LATE_MS = 250;
  private static final int AGAIN_AFTER_MS = 500;
  private static final int WINDOW = 100;

  private record Text(String id, String to, String from) {
    boolean endsWith(String digits) {
      return to.endsWith(digits);
    }
  }

  private final String systemId;
  private final String password;
  private final OutputStream journal;
  private final Map<String, Text> untold = new ConcurrentHashMap<>();
  private final Map<String, Integer> throttled = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong(System.currentTimeMillis() * 1_000);
  private final ScheduledExecutorService later = Executors.newScheduledThreadPool(4);
  private volatile Session current;

  private CountingSmsc(Path path, String systemId, String password) throws IOException {
    this.systemId = systemId;
    this.password = password;
    if (Files.exists(path)) Files.readAllLines(path).forEach(this::recall);
    this.journal = new FileOutputStream(path.toFile(), true);
  }

  public static void main(String[] args) throws Exception {
    SmppServerConfiguration configuration = new SmppServerConfiguration();
    configuration.setHost("127.0.0.1");
    configuration.setPort(Integer.parseInt(args[0]));
    configuration.setSystemId("counting");
    configuration.setDefaultWindowSize(WINDOW);
    configuration.setDefaultSessionCountersEnabled(false);
    configuration.setJmxEnabled(false);
    DefaultSmppServer server = new DefaultSmppServer(configuration, new CountingSmsc(Path.of(args[1]), args[2], args[3]), Executors.newCachedThreadPool());
    server.start();
    System.out.println("listening on port " + args[0]);
  }

  @Override
  public void sessionBindRequested(Long id, SmppSessionConfiguration session, BaseBind bind) throws SmppProcessingException {
    int status = !systemId.equals(session.getSystemId()) ? SmppConstants.STATUS_INVSYSID
      : !password.equals(session.getPassword()) ? SmppConstants.STATUS_INVPASWD : SmppConstants.STATUS_OK;
    write("bind " + Integer.toHexString(status));
    if (status != SmppConstants.STATUS_OK) throw new SmppProcessingException(status);
  }

  @Override
  public void sessionCreated(Long id, SmppServerSession session, BaseBindResp response) {
    current = new Session(session);
    session.serverReady(current);
    untold.values().forEach(text -> tellIn(RECEIPT_AFTER_MS, text));
  }

  @Override
  public void sessionDestroyed(Long id, SmppServerSession session) {
    session.destroy();
  }

  /** One bound connection. */
  private final class Session extends DefaultSmppSessionHandler {
    private final SmppServerSession session;

    Session(SmppServerSession session) {
      this.session = session;
    }

    @Override
    public PduResponse firePduRequestReceived(PduRequest request) {
      return request instanceof SubmitSm submit ? take(submit) : request.createResponse();
    }

    private PduResponse take(SubmitSm submit) {
      SubmitSmResp response = submit.createResponse();
      String to = submit.getDestAddress().getAddress();
      int refusal = refusalOf(to);
      if (refusal != SmppConstants.STATUS_OK) {
        write("refused " + to + " " + Integer.toHexString(refusal));
        response.setCommandStatus(refusal);
        return response;
      }
      Text text = new Text(Long.toString(ids.incrementAndGet()), to, submit.getSourceAddress().getAddress());
      response.setMessageId(text.id());
      untold.put(text.id(), text);
      write(String.format("taken %s %s %s %x %x %s", text.id(), to, text.from(), submit.getEsmClass(), submit.getDataCoding(),
        HexFormat.of().formatHex(submit.getShortMessage() == null ? new byte[0] : submit.getShortMessage())));
      if (text.endsWith("9999")) return null;
      if (text.endsWith("5555")) return afterwards(0, session::close);
      if (text.endsWith("6666")) afterwards(RECEIPT_AFTER_MS, () -> session.unbind(1_000));
      if (text.endsWith("7777")) return afterwards(0, () -> tellThenAnswer(text, response));
      if (text.endsWith("2500")) return afterwards(LATE_MS, () -> answer(response, text));
      if (text.endsWith("4444")) afterwards(RECEIPT_AFTER_MS, () -> say(text));
      tellIn(RECEIPT_AFTER_MS, text);
      return response;
    }

    private void tellThenAnswer(Text text, SubmitSmResp response) {
      try {
        WindowFuture<Integer, PduRequest, PduResponse> answer = session.sendRequestPdu(receiptOf(text), 5_000, true);
        answer.await();
        if (answer.isSuccess() && answer.getResponse().getCommandStatus() == SmppConstants.STATUS_OK) told(text);
        session.sendResponsePdu(response);
      } catch (Exception error) {
        System.err.println("receipt before response: " + error);
      }
    }

    private void answer(SubmitSmResp response, Text text) {
      try {
        session.sendResponsePdu(response);
        tellIn(RECEIPT_AFTER_MS, text);
      } catch (Exception error) {
        System.err.println("late response: " + error);
      }
    }

    private void say(Text text) {
      try {
        DeliverSm reply = new DeliverSm();
        reply.setSourceAddress(new Address((byte) 1, (byte) 1, text.to()));
        reply.setDestAddress(new Address((byte) 1, (byte) 1, text.from()));
        reply.setShortMessage("Reply".getBytes(StandardCharsets.US_ASCII));
        session.sendRequestPdu(reply, 5_000, false);
      } catch (Exception error) {
        System.err.println("reply: " + error);
      }
    }

    private void tell(Text text) {
      try {
        session.sendRequestPdu(receiptOf(text), 5_000, false);
        if (text.endsWith("8888")) session.sendRequestPdu(receiptOf(text), 5_000, false);
      } catch (Exception error) {
        if (session == current.session && session.isBound()) tellIn(AGAIN_AFTER_MS, text);
      }
    }

    @Override
    public void fireExpectedPduResponseReceived(PduAsyncResponse answer) {
      int status = answer.getResponse().getCommandStatus();
      if (!(answer.getRequest().getReferenceObject() instanceof Text text)) write("said " + Integer.toHexString(status));
      else if (status == SmppConstants.STATUS_OK) told(text);
      else tellIn(AGAIN_AFTER_MS, text);
    }
  }

  private void told(Text text) {
    untold.remove(text.id());
    write("told " + text.id());
  }

  private int refusalOf(String to) {
    if (to.endsWith("0011")) return SmppConstants.STATUS_INVDSTADR;
    if (!to.endsWith("058")) return SmppConstants.STATUS_OK;
    int times = to.charAt(to.length() - 4) - '0';
    boolean throttles = times == 0 || throttled.merge(to, 1, Integer::sum) <= times;
    return throttles ? SmppConstants.STATUS_THROTTLED : SmppConstants.STATUS_OK;
  }

  /** A receipt whose ids repeat in TLVs; its sender is the handset. */
  private static DeliverSm receiptOf(Text text) throws Exception {
    boolean failed = text.endsWith("3333");
    String words = "id:" + text.id() + " sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:" + (failed ? "UNDELIV err:011" : "DELIVRD err:000") + " text:";
    DeliverSm receipt = new DeliverSm();
    receipt.setReferenceObject(text);
    receipt.setEsmClass(SmppConstants.ESM_CLASS_MT_SMSC_DELIVERY_RECEIPT);
    receipt.setSourceAddress(new Address((byte) 1, (byte) 1, text.to()));
    receipt.setDestAddress(new Address((byte) 1, (byte) 1, text.from()));
    receipt.setShortMessage(text.endsWith("0427") ? new byte[0] : words.getBytes(StandardCharsets.US_ASCII));
    receipt.addOptionalParameter(new Tlv(SmppConstants.TAG_RECEIPTED_MSG_ID, (text.id() + "\0").getBytes(StandardCharsets.US_ASCII)));
    receipt.addOptionalParameter(new Tlv(SmppConstants.TAG_MSG_STATE, new byte[] {failed ? SmppConstants.STATE_UNDELIVERABLE : SmppConstants.STATE_DELIVERED}));
    return receipt;
  }

  private void tellIn(int ms, Text text) {
    afterwards(ms, () -> {
      if (untold.containsKey(text.id())) current.tell(text);
    });
  }

  private PduResponse afterwards(int ms, Runnable work) {
    later.schedule(work, ms, TimeUnit.MILLISECONDS);
    return null;
  }

  private void recall(String line) {
    String[] words = line.split(" ");
    if (words[0].equals("taken")) untold.put(words[1], new Text(words[1], words[2], words[3]));
    if (words[0].equals("told")) untold.remove(words[1]);
  }

  private synchronized void write(String line) {
    try {
      journal.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }
}
